// Sync is right: two browsers show exactly what IMAP says, after a client that is not ours has made random changes
// while links were cut. The seed is printed; SURAT_SYNC_SEED and SURAT_SYNC_CHANGES choose another one, and how many.
import { type Browser, expect, test } from '@playwright/test';
import { appendFileSync } from 'node:fs';
import { Chance } from '../support/random';
import { Link } from '../support/link';
import { folderFaults, listFaults, seenFolders, seenList } from '../support/seen';
import { Missing, Stage } from '../support/stage';
import { Surat } from '../support/surat';
import { ThirdClient, type TrueMailbox } from '../support/third_client';

const CHANGES = Number(process.env.SURAT_SYNC_CHANGES ?? 150);
const SEED = Number(process.env.SURAT_SYNC_SEED ?? Math.floor(Math.random() * 1_000_000));

/** So long the browsers may take to show what happened last. */
const SETTLE_MS = 90_000;
/** So long a folder may take to open. */
const OPEN_MS = 15_000;
/** Rows in the inbox before anything happens: more than a window and what is fetched ahead of it. */
const FILLED = 160;

const SPECIAL = ['Drafts', 'Sent', 'Archive', 'Junk', 'Trash'];

/** `promised` are folders that are shown before they are made. */
const ALL_SERVERS = [
  { name: 'dovecot', options: [], prefix: '', rarity: 1, spared: ['INBOX', ...SPECIAL], promised: SPECIAL },
  { name: 'courier', options: ['--server', 'courier'], prefix: 'INBOX.', rarity: 4, spared: ['INBOX'], promised: SPECIAL.map((name) => `INBOX.${name}`) },
  { name: 'cyrus', options: ['--server', 'cyrus'], prefix: '', rarity: 1, spared: ['INBOX', ...SPECIAL], promised: SPECIAL },
];
const CHOSEN = process.env.SURAT_SYNC_SERVER;
const SERVERS = ALL_SERVERS.filter(({ name }) => !CHOSEN || name === CHOSEN);

/** What is shared with others holds what others put there. */
const isOwn = (name: string) => !/^(Shared|Users)\b/.test(name);

/** What IMAP says. What a reader did while its link was cut is done when that is back: it is read again and again. */
class Truth {
  mailboxes: TrueMailbox[] = [];

  constructor(private client: ThirdClient) {}

  async read() {
    const { mailboxes, counts, refused } = await this.client.truth();
    this.mailboxes = mailboxes;
    return { counts, refused };
  }
}

/** A browser of the account, with a link of its own to the proxy. */
class Reader {
  private constructor(readonly name: string, readonly surat: Surat, private link: Link) {}

  static async enter(name: string, browser: Browser, stage: Stage, user: string): Promise<Reader> {
    const link = await Link.open();
    link.leadTo(Number(new URL(stage.url).port));
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    const surat = new Surat(page, { url: `http://127.0.0.1:${link.port}/` } as Stage);
    await surat.enter(user);
    return new Reader(name, surat, link);
  }

  cut() {
    this.link.cut();
  }

  /** Opens some folder of the tree, if it is still there when the mouse comes. */
  async wander(chance: Chance) {
    const folders = await seenFolders(this.surat.page);
    await this.open(chance.one(folders.filter(({ name }) => isOwn(name))).name);
  }

  async open(mailbox: string) {
    await this.surat.page.evaluate((name) => {
      const items = [...document.querySelectorAll<HTMLElement>('[role=treeitem]')];
      items.find((item) => item.dataset.mailbox === name)?.click();
    }, mailbox);
  }

  /** Does something oneself with a message on screen: a star, or reading it. */
  async act(chance: Chance) {
    const part = chance.happens(0.6) ? '[data-act=star]' : '.row-subject';
    const share = chance.next();
    await this.surat.messages.evaluate((grid, [part, share]) => {
      const found = grid.querySelectorAll<HTMLElement>(String(part));
      found[Math.floor(found.length * Number(share))]?.click();
    }, [part, share]);
  }

  async scroll(chance: Chance) {
    const share = chance.next();
    await this.surat.messages.evaluate((grid, share) => {
      grid.scrollTop = (grid.scrollHeight - grid.clientHeight) * share;
    }, share);
  }

  /** How what is shown differs from the truth, once it has stopped to, or the time is up. */
  async faults(truth: Truth, promised: string[], patience_ms: number): Promise<string[]> {
    const deadline = Date.now() + patience_ms;
    for (;;) {
      const faults = [
        ...folderFaults(await seenFolders(this.surat.page), truth.mailboxes, promised),
        ...listFaults(await seenList(this.surat.page), truth.mailboxes, promised),
      ];
      if (faults.length === 0 || Date.now() > deadline) return faults.map((fault) => `${this.name}: ${fault}`);
      // A server may take too long to open a folder, as Courier did once; the page says what a person does then.
      const again = this.surat.page.getByRole('button', { name: 'Try again' });
      if (await again.isVisible()) await again.click();
      await this.surat.page.waitForTimeout(500);
      await truth.read();
    }
  }

  async leave() {
    await this.surat.page.context().close();
    await this.link.close();
  }
}

/** Random changes, and between them what else happens: readers go about, star and read messages, links break. */
async function disturb(client: ThirdClient, readers: Reader[], imap: Link, stage: Stage, chance: Chance) {
  let left = CHANGES;
  while (left > 0) {
    const count = Math.min(left, chance.between(1, 12));
    const changes = await client.change(count);
    if (process.env.SURAT_SYNC_TRACE) changes.forEach((change) => console.log(`${CHANGES - left}: ${change}`));
    left -= count;
    const reader = chance.one(readers);
    const what = chance.between(1, 100);
    if (what <= 30) await reader.wander(chance);
    else if (what <= 38) await reader.scroll(chance);
    else if (what <= 60) await reader.act(chance);
    else if (what <= 68) reader.cut();
    else if (what <= 75) imap.cut();
    else if (what <= 76) {
      await stage.kill('proxy');
      await stage.launch('proxy');
    }
    // At times the next change comes while the last one is still being told.
    if (chance.happens(0.6)) await reader.surat.page.waitForTimeout(chance.between(0, 250));
  }
}

/** A stage with this server, and the proxy's link to it. The story is skipped where its packages cannot be had. */
async function started(options: string[]): Promise<[Stage, Link]> {
  const imap = await Link.open();
  const stage = await Stage.start(['--messages', '0', '--imap-by', String(imap.port), ...options]).catch((error) => {
    if (error instanceof Missing) test.skip(true, error.message);
    throw error;
  });
  imap.leadTo(stage.ports.imap);
  return [stage, imap];
}

for (const server of SERVERS) {
  // To a server, "*" may be the newest message that is left: what was behind it is not in "1:*".
  test(`messages that another client expunges go from the end of a folder of ${server.name}`, async ({ page }) => {
    test.setTimeout(120_000);
    const [stage, imap] = await started(server.options);
    try {
      const user = stage.newcomer();
      const client = ThirdClient.start({ port: stage.ports.imap, user, seed: SEED, ...server });
      await client.fill('INBOX', 3);
      const surat = new Surat(page, stage);
      await surat.enter(user);
      await expect(surat.row(/Message 3 /)).toBeVisible();

      await client.expungeNewest('INBOX', 2);

      // Courier tells nobody for a while.
      await expect(surat.row(/Message/)).toHaveCount(1, { timeout: 60_000 });
      await client.stop();
    } finally {
      await stage.stop();
      await imap.close();
    }
  });

  test(`two browsers show what ${server.name} says, after ${CHANGES} changes by another client and cut links`, async ({ browser }) => {
    test.setTimeout(300_000 + CHANGES * 1_000);
    const [stage, imap] = await started(server.options);
    console.log(`sync: ${server.name}, seed ${SEED}, ${CHANGES} changes`);
    const report = { server: server.name, seed: SEED, changes: CHANGES, is_right: false, changes_s: 0, settled_s: 0, counts: {}, refused: [] as string[] };
    try {
      const user = stage.newcomer();
      const client = ThirdClient.start({ port: stage.ports.imap, user, seed: SEED, ...server });
      await client.fill('INBOX', FILLED);
      const readers = [await Reader.enter('one', browser, stage, user), await Reader.enter('two', browser, stage, user)];

      const began = Date.now();
      await disturb(client, readers, imap, stage, new Chance(SEED));
      const ended = Date.now();
      const truth = new Truth(client);
      const { counts, refused } = await truth.read();
      const settled = await Promise.all(readers.map((reader) => reader.faults(truth, server.promised, SETTLE_MS)));
      Object.assign(report, { counts, refused, changes_s: (ended - began) / 1000, settled_s: (Date.now() - ended) / 1000 });
      expect(settled.flat(), `what is open, seed ${SEED}`).toEqual([]);

      const own = truth.mailboxes.filter(({ name, is_selectable }) => is_selectable && isOwn(name));
      for (const { name } of own) {
        for (const reader of readers) {
          await reader.open(name);
          expect(await reader.faults(truth, server.promised, OPEN_MS), `every folder, seed ${SEED}`).toEqual([]);
        }
      }
      report.is_right = true;
      for (const reader of readers) await reader.leave();
      await client.stop();
    } finally {
      if (process.env.SURAT_SYNC_REPORT) appendFileSync(process.env.SURAT_SYNC_REPORT, `${JSON.stringify(report)}\n`);
      await stage.stop();
      await imap.close();
    }
  });
}
