// A whole Surat on this machine (proxy, Dovecot, Postfix), started by `xtask stage` and spoken to
// by one JSON object per line. Each story file has a stage of its own.
import { test } from '@playwright/test';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import path from 'node:path';
import { expectNoFaults } from './faults';
import { expectNoSecrets } from './secrets';

export type Part = 'proxy' | 'dovecot' | 'postfix';
export type Memory = { rss_octets: number; peak_octets: number };

const ROOT = path.resolve(__dirname, '../../..');

/** What the stage would need is not on this machine, and cannot be brought there. */
export class Missing extends Error {}

export class Stage {
  private lines!: AsyncIterator<string>;
  private users = 0;
  /** The messages that were delivered. */
  readonly delivered: string[] = [];
  url = '';
  ports: Record<'http' | 'imap' | 'imaps' | 'smtp' | 'smtps' | 'lmtp', number> = { http: 0, imap: 0, imaps: 0, smtp: 0, smtps: 0, lmtp: 0 };

  private constructor(private child: ChildProcessWithoutNullStreams, private reader: Interface) {
    this.lines = reader[Symbol.asyncIterator]();
  }

  static async start(options: string[] = []): Promise<Stage> {
    const program = process.env.SURAT_XTASK ?? path.join(ROOT, 'target/debug/xtask');
    const child = spawn(program, ['stage', '--port', '0', ...options], {
      cwd: ROOT,
      // All that the proxy can say: none of it may be a secret.
      env: { ...process.env, SURAT_LOG: 'trace' },
    });
    let complaints = '';
    child.stderr.on('data', (data) => (complaints = (complaints + data).slice(-4000)));
    const stage = new Stage(child, createInterface({ input: child.stdout }));
    const started = await stage.read().catch((error) => {
      if (error instanceof Missing) throw error;
      throw new Error(`The stage did not start: ${error}\n${complaints}`);
    });
    stage.url = started.url;
    stage.ports = started.ports;
    return stage;
  }

  private async read(): Promise<any> {
    const line = await this.lines.next();
    if (line.done) throw new Error('the stage has ended');
    const answer = JSON.parse(line.value);
    if (answer.missing) throw new Missing(answer.missing);
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  private async order(order: object): Promise<any> {
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
    return this.read();
  }

  /** kill -9 of a part, with all its children. */
  kill(what: Part) {
    return this.order({ do: 'kill', what });
  }

  /** Starts a part again, on the ports and with the files that it had. */
  launch(what: Part) {
    return this.order({ do: 'start', what });
  }

  /** Delivers a message by LMTP, as a mail server would. */
  deliver(to: string, eml: string) {
    this.delivered.push(eml);
    return this.order({ do: 'deliver', to, eml });
  }

  /** The proxy's memory, as the kernel counts it; its peak is counted anew from here. */
  memory(): Promise<Memory> {
    return this.order({ do: 'memory' });
  }

  /** Everything that the proxy has logged, at its most verbose. */
  async log(): Promise<string> {
    return (await this.order({ do: 'log' })).log;
  }

  /** An account that nobody has used yet, with empty mailboxes. */
  newcomer(): string {
    this.users += 1;
    return `user${this.users}@surat.test`;
  }

  async stop() {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin.end();
    await ended;
    this.reader.close();
  }
}

/** A stage for all stories of a file. */
export function useStage(options: string[] = []): { readonly stage: Stage } {
  const held: { stage: Stage } = { stage: undefined as unknown as Stage };
  test.beforeAll(async () => {
    test.setTimeout(120_000);
    held.stage = await Stage.start(options);
  });
  test.afterEach(expectNoFaults);
  test.afterAll(async () => {
    // The proxy finishes what is in flight.
    test.setTimeout(120_000);
    if (!held.stage) return;
    const log = await held.stage.log();
    await held.stage.stop();
    expectNoSecrets(log, held.stage.delivered);
  });
  return held;
}
