// Firefox, driven by WebDriver BiDi.
import { Firefox } from './bidi.mjs';
import { inTab, watch } from './engine.mjs';
import { answered, loosened } from './inside.mjs';
import { SIZE, Tab } from './tab.mjs';

/** Firefox's own pages for what it has refused to load, or has not found. */
const ERROR = /^about:(?!srcdoc$|blank$)/;

/** A browser in which tabs are opened. */
export async function start({ hasNoPolicy }, { host }) {
  const firefox = await Firefox.launch();
  const tabs = new Tabs(firefox);
  await tabs.listen({ host, hasNoPolicy, inTab: String(inTab) });
  return { open: (place) => FirefoxTab.open({ ...place, firefox, tabs }), close: () => firefox.close() };
}

/** Who is told of what happens where. */
class Tabs {
  /** Each tab by its page, and the page or frame around each frame. */
  known = new Map();
  parents = new Map();
  opening = new Set();

  constructor(firefox) {
    this.firefox = firefox;
  }

  of(context) {
    const parent = this.parents.get(context);
    return parent ? this.of(parent) : this.known.get(context);
  }

  async open(tab) {
    const opened = this.firefox.send('browsingContext.create', { type: 'window' }).then(({ context }) => {
      this.known.set(context, tab);
      this.opening.delete(opened);
      return context;
    });
    this.opening.add(opened);
    return opened;
  }

  async close(context) {
    this.known.delete(context);
    await this.firefox.send('browsingContext.close', { context });
  }

  async listen(setup) {
    const { firefox } = this;
    const { contexts } = await firefox.send('browsingContext.getTree', {});
    for (const { context } of contexts) this.known.set(context, null);
    // What an order is about may be gone by the time it comes.
    await firefox.on('browsingContext.contextCreated', (event) => void this.created(event).catch(() => {}));
    await firefox.on('browsingContext.contextDestroyed', (event) => this.destroyed(event));
    await firefox.on('browsingContext.navigationCommitted', (event) => this.committed(event));
    await firefox.on('browsingContext.navigationFailed', (event) => this.failed(event));
    await firefox.on('browsingContext.userPromptOpened', ({ context, type }) => this.of(context)?.fault('scripts', `a dialog opened: ${type}`));
    await firefox.on('script.message', ({ data }) => this.heard(JSON.parse(data.value)));
    const own = await firefox.send('browsingContext.getTree', { 'moz:scope': 'chrome' });
    await firefox.run(own.contexts[0].context, watch, setup, [{ type: 'channel', value: { channel: 'surat' } }]);
  }

  /** From Firefox itself. */
  heard({ page, asked, isNavigation, isFrame, script, hasSent }) {
    // Whoever hides who asks is told of by any tab.
    const tab = page ? this.known.get(page) : this.any();
    if (hasSent && tab) tab.hasSent = true;
    if (script) tab?.fault('scripts', script);
    if (asked) tab?.asked(asked, isNavigation ? !tab.isEntering : isFrame);
  }

  any() {
    return [...this.known.values()].findLast(Boolean);
  }

  async created({ context, parent, originalOpener, url }) {
    if (parent) return this.parents.set(context, parent);
    // Is it one of ours?
    await Promise.allSettled(this.opening);
    if (this.known.has(context)) return;
    // A page that may not know who opened it is told of by any tab.
    const tab = this.of(originalOpener) ?? this.any();
    tab?.fault('navigations', `a page opened: ${url}`);
    await this.firefox.send('browsingContext.close', { context });
  }

  destroyed({ context }) {
    this.parents.delete(context);
    this.known.get(context)?.fault('outside', 'the page is gone');
  }

  committed({ context, url }) {
    const tab = this.of(context);
    if (ERROR.test(url)) this.failed({ context });
    else tab?.navigated(url, tab.hasSent);
  }

  /** In the place of what is not to be had there is a page of the browser's own, which leads nowhere. */
  failed({ context }) {
    const tab = this.of(context);
    if (tab) tab.isBroken = true;
  }
}

class FirefoxTab extends Tab {
  async make() {
    const { firefox, tabs, setup } = this;
    this.context = await tabs.open(this);
    const { context } = this;
    const walls = JSON.stringify({ hasNoSandbox: setup.hasNoSandbox, hasNoPolicy: setup.hasNoPolicy });
    // Nothing of the page's own runs before this.
    const functionDeclaration = `() => {
      if (window !== top) return;
      (${answering})(${answered});
      (${loosened})(${walls});
    }`;
    await firefox.send('script.addPreloadScript', { functionDeclaration, contexts: [context] });
    await firefox.send('browsingContext.setViewport', { context, viewport: SIZE });
  }

  async close() {
    if (this.context) await this.tabs.close(this.context);
  }

  goTo(url) {
    return this.firefox.send('browsingContext.navigate', { context: this.context, url, wait: 'complete' });
  }

  run(job, argument) {
    return this.firefox.run(this.context, job, argument);
  }

  give(answer) {
    this.hasSent = false;
    return this.run(given, Buffer.from(answer).toString('base64'));
  }

  async picture() {
    const clip = { type: 'box', ...this.around };
    return (await this.firefox.send('browsingContext.captureScreenshot', { context: this.context, origin: 'viewport', clip })).data;
  }
}

/** Run inside the page. */
function given(answer) {
  window.suratAnswer = Uint8Array.from(atob(answer), (letter) => letter.charCodeAt(0));
}

/** Run inside the page, before the app: its question for a message is answered with the payload; all else is the proxy's. */
function answering(answered) {
  window.WebSocket = class extends WebSocket {
    send(said) {
      const answer = answered(new Uint8Array(said), window.suratAnswer);
      if (!answer) return super.send(said);
      setTimeout(() => this.dispatchEvent(new MessageEvent('message', { data: answer.buffer })));
    }
  };
}
