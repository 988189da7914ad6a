// The mail client that is not ours (third_client.py: Python's imaplib), by one JSON object a line.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { PASSWORD } from './surat';

export type TrueMessage = { uid: number; flags: string[]; subject: string };
export type TrueMailbox = { name: string; is_selectable: boolean; messages: TrueMessage[] };
/** `refused` are changes that the server would not make. */
export type Truth = { mailboxes: TrueMailbox[]; counts: Record<string, number>; refused: string[]; capabilities: string[] };

/** Whose mailboxes are changed, how, and which of them keep their names; `rarity` makes what is slow rare. */
export type Plan = { port: number; user: string; seed: number; prefix: string; rarity: number; spared: string[] };

export class ThirdClient {
  private lines: AsyncIterator<string>;
  private complaints = '';

  private constructor(private child: ChildProcessWithoutNullStreams, private reader: Interface) {
    this.lines = reader[Symbol.asyncIterator]();
    child.stderr.on('data', (data) => (this.complaints = (this.complaints + data).slice(-4000)));
  }

  static start({ port, user, seed, prefix, rarity, spared }: Plan): ThirdClient {
    const script = path.join(__dirname, 'third_client.py');
    const child = spawn('python3', [script, String(port), user, PASSWORD, String(seed), prefix, String(rarity), ...spared]);
    return new ThirdClient(child, createInterface({ input: child.stdout }));
  }

  private async order(order: object): Promise<any> {
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
    const line = await this.lines.next();
    if (line.done) throw new Error(`the third client has ended\n${this.complaints}`);
    const answer = JSON.parse(line.value);
    if (answer.error) throw new Error(`the third client: ${answer.error}`);
    return answer;
  }

  /** Puts messages into a mailbox. */
  async fill(mailbox: string, count: number) {
    await this.order({ do: 'fill', mailbox, count });
  }

  /** Expunges the newest messages of a mailbox. */
  async expungeNewest(mailbox: string, count: number) {
    await this.order({ do: 'expunge', mailbox, count });
  }

  /** Makes so many random changes; says what each was. */
  async change(count: number): Promise<string[]> {
    return (await this.order({ do: 'change', count })).changes;
  }

  /** Everything, as a session sees it that begins now. */
  truth(): Promise<Truth> {
    return this.order({ do: 'truth' });
  }

  async stop() {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin.end();
    await ended;
    this.reader.close();
  }
}
