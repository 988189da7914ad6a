// Debian's Firefox, started in a profile of its own and driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

const FIREFOX = '/usr/bin/firefox-esr';
const PATIENCE_MS = 40_000;
/** Beside what Firefox itself sets as soon as it is driven: no updates, no telemetry, no news. */
const PREFERENCES = {
  // Whatever is not this machine is asked of a proxy that is not there.
  'network.proxy.type': 1,
  'network.proxy.http': '127.0.0.1',
  'network.proxy.http_port': 9,
  'network.proxy.ssl': '127.0.0.1',
  'network.proxy.ssl_port': 9,
  'network.dns.disablePrefetch': true,
  // No program is started for an address, and nothing is printed.
  'network.protocol-handler.external-default': false,
  'network.protocol-handler.warn-external-default': false,
  'print.enabled': false,
  'dom.serviceWorkers.enabled': false,
  // All frames of a tab are in one process, whoever they belong to, where one debugger sees them.
  'fission.webContentIsolationStrategy': 0,
  'browser.newtab.preload': false,
  'intl.accept_languages': 'en-GB',
};

export class Firefox {
  number = 0;
  waiting = new Map();
  listeners = new Map();

  static async launch() {
    const firefox = new Firefox();
    // It goes with the folder for temporary files, which is this run's own.
    const profile = await mkdtemp(join(tmpdir(), 'firefox-'));
    const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`);
    await writeFile(join(profile, 'user.js'), lines.join(''));
    const options = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port=0', '--remote-allow-system-access', 'about:blank'];
    firefox.child = spawn(FIREFOX, options, { stdio: ['ignore', 'ignore', 'pipe'] });
    // Also when something here goes wrong.
    process.once('exit', () => firefox.child.kill());
    await firefox.connect(await firefox.address());
    return firefox;
  }

  /** Firefox says where it listens. */
  address() {
    return new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('exit', () => reject(new Error('Firefox did not start')));
      createInterface(this.child.stderr).on('line', (line) => {
        const found = /WebDriver BiDi listening on (\S+)/.exec(line);
        if (found) resolve(found[1]);
      });
    });
  }

  async connect(address) {
    this.socket = new WebSocket(`${address}/session`, { perMessageDeflate: false });
    await once(this.socket, 'open');
    this.socket.on('message', (text) => this.hear(JSON.parse(text)));
    this.socket.on('close', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('Firefox is gone'));
    });
    const capabilities = { alwaysMatch: { unhandledPromptBehavior: { default: 'dismiss' } } };
    await this.send('session.new', { capabilities });
  }

  hear({ id, type, method, params, result, error, message }) {
    if (type === 'event') return this.listeners.get(method)?.(params);
    const { resolve, reject } = this.waiting.get(id) ?? {};
    this.waiting.delete(id);
    return type === 'success' ? resolve?.(result) : reject?.(new Error(`${error}: ${message}`));
  }

  send(method, params) {
    const id = (this.number += 1);
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method}: no answer in time`)), PATIENCE_MS);
      const ended = (then) => (value) => {
        clearTimeout(timer);
        then(value);
      };
      this.waiting.set(id, { resolve: ended(resolve), reject: ended(reject) });
    });
  }

  /** One listener for each event. */
  async on(method, listener) {
    this.listeners.set(method, listener);
    await this.send('session.subscribe', { events: [method] });
  }

  /** The value, as JSON has it, of a function of `inside.mjs` in a page. */
  async run(context, job, argument = null, more = []) {
    const functionDeclaration = `async (...more) => JSON.stringify(await (${job})(${JSON.stringify(argument)}, ...more))`;
    const answer = await this.send('script.callFunction', { functionDeclaration, arguments: more, target: { context }, awaitPromise: true });
    if (answer.type === 'exception') throw new Error(answer.exceptionDetails.text);
    return answer.result.value === undefined ? undefined : JSON.parse(answer.result.value);
  }

  async close() {
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }
}
