// The mail that a browser keeps: public/cache.js and its worker on a page of their own, fed with frames that the app and
// the proxy have really exchanged. What the app makes of it is told in other stories.
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { cancel, type Frame, id, kind, Large, type Ranges, record, renumbered, starred } from '../support/frames';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();
test.setTimeout(90_000);

const EMAIL = 'Ayu@surat.test';
const DATABASE = 'surat ayu@surat.test';

/** One session of the app: the inbox opened, a message read and starred, another folder opened. */
let session: Frame[] = [];

test.beforeAll(async ({ browser }) => {
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  session = record(page);
  const surat = new Surat(page, held.stage);
  await surat.enter('ayu@surat.test');
  await surat.messages.getByRole('row').nth(1).click();
  await expect(surat.message.getByRole('heading').first()).toBeVisible();
  await surat.message.getByRole('button', { name: /star/i }).first().click();
  const isStarred = () => session.some((frame) => kind(frame) === 'StoreFlags' && answers(frame).length > 0);
  await expect.poll(isStarred).toBe(true);
  await context.close();
});

/** Frames of the proxy that answer a request, without problems. */
function answers(question: Frame): Frame[] {
  return session.filter((frame) => frame.from === 'proxy' && kind(frame) !== '' && id(frame) === id(question));
}

/** A request of the session that was answered. */
function asked(what: string): Frame {
  const found = session.find((frame) => frame.from === 'app' && kind(frame) === what && answers(frame).length > 0);
  if (!found) throw new Error(`the session has no answered ${what}`);
  return found;
}

/** Loads the cache into a page without the app. */
async function load(page: Page) {
  await page.goto(`${held.stage.url}healthz`);
  const files = await (await page.request.get(`${held.stage.url}sw.js`)).text();
  const worker = /\/cache-[0-9a-f]+\.js/.exec(files)![0];
  const source = await readFile(path.resolve(__dirname, '../../../public/cache.js'), 'utf8');
  await page.evaluate(source.replaceAll('CACHE_WORKER', `'${worker}'`));
}

async function open(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await load(page);
  return page;
}

async function start(page: Page, email = EMAIL) {
  await page.evaluate((email) => (globalThis as any).mail_cache.start(email), email);
}

async function play(page: Page, frames: Frame[], replaces = 0) {
  await page.evaluate(([frames, replaces]) => {
    const cache = (globalThis as any).mail_cache;
    for (const { from, octets } of frames) {
      if (from === 'app') cache.asked(Uint8Array.from(octets), replaces);
      else cache.heard(Uint8Array.from(octets));
    }
  }, [frames, replaces] as const);
}

async function ask(page: Page, question: Frame): Promise<Frame[]> {
  const answers: number[][] = await page.evaluate(async (octets) => {
    const frames = await (globalThis as any).mail_cache.ask(Uint8Array.from(octets));
    return frames.map((frame: Uint8Array) => [...frame]);
  }, question.octets);
  return answers.map((octets) => ({ from: 'proxy', octets }));
}

async function kinds(page: Page, what: string): Promise<string> {
  return (await ask(page, asked(what))).map(kind).join(' ');
}

async function queued(page: Page): Promise<[number, Frame][]> {
  const entries: [number, number[]][] = await page.evaluate(async () => {
    const entries = await (globalThis as any).mail_cache.queued();
    return entries.map(([key, frame]: [number, Uint8Array]) => [key, [...frame]]);
  });
  return entries.map(([key, octets]) => [key, { from: 'app', octets }]);
}

/** How many records each store has; `null` when there is no database. */
function stored(page: Page): Promise<Record<string, number> | null> {
  return page.evaluate(async (name) => {
    if (!(await indexedDB.databases()).some((database) => database.name === name)) return null;
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = reject;
    });
    const names = [...database.objectStoreNames];
    const counts = await Promise.all(names.map((name) => new Promise<[string, number]>((resolve) => {
      const request = database.transaction(name).objectStore(name).count();
      request.onsuccess = () => resolve([name, request.result]);
    })));
    database.close();
    return Object.fromEntries(counts);
  }, DATABASE);
}

/** Everything is written. */
async function settled(page: Page) {
  let before = '';
  await expect.poll(async () => {
    const now = JSON.stringify(await stored(page));
    const isSame = now === before;
    before = now;
    return isSame;
  }, { intervals: [300] }).toBe(true);
}

/** A page that has heard the session. */
async function keeper(context: BrowserContext, frames = session): Promise<Page> {
  const page = await open(context);
  await start(page);
  await play(page, frames);
  await expect.poll(() => kinds(page, 'OpenMailbox')).toBe('Opened Rows');
  await settled(page);
  return page;
}

/** The session up to the star, which is not answered. */
function unanswered(): Frame[] {
  const star = asked('StoreFlags');
  return session.slice(0, session.indexOf(star) + 1);
}

test('what was heard is answered, at once and after a reload', async ({ context }) => {
  const page = await keeper(context);
  for (const round of ['now', 'after a reload']) {
    expect(await kinds(page, 'ListMailboxes'), round).toBe('Mailboxes');
    expect(await kinds(page, 'OpenMailbox'), round).toBe('Opened Rows');
    expect(await kinds(page, 'FetchMessage'), round).toBe('Message');
    expect(await kinds(page, 'StoreFlags'), round).toBe('');
    await load(page);
    await expect.poll(() => kinds(page, 'ListMailboxes')).toBe('Mailboxes');
  }

  const [message] = await ask(page, asked('FetchMessage'));
  expect(id(message)).toBe(id(asked('FetchMessage')));
  const told = answers(asked('FetchMessage'))[0];
  // The flags may have changed since; all else is as the proxy said it.
  expect(Buffer.from(message.octets).subarray(-200)).toEqual(Buffer.from(told.octets).subarray(-200));
  expect(await page.evaluate(() => (globalThis as any).mail_cache.account())).toBe(EMAIL);
});

test('nothing is kept and every question answered with nothing until it is started', async ({ context }) => {
  const page = await open(context);

  await play(page, session);

  expect(await kinds(page, 'OpenMailbox')).toBe('');
  expect(await queued(page)).toEqual([]);
  expect(await stored(page)).toBeNull();
});

test('answers are there in a few milliseconds', async ({ context }) => {
  const page = await keeper(context);

  const best = await page.evaluate(async (octets) => {
    const times = [];
    for (let round = 0; round < 20; round += 1) {
      const began = performance.now();
      await (globalThis as any).mail_cache.ask(Uint8Array.from(octets));
      times.push(performance.now() - began);
    }
    return Math.min(...times);
  }, asked('OpenMailbox').octets);
  console.log(`an inbox from the cache: ${best.toFixed(1)} ms`);

  expect(best).toBeLessThan(100);
});

test('a worker that begins slowly is waited for until the proxy can be asked', async ({ context }) => {
  const first = await keeper(context);
  await first.close();
  const isSlow = { by: 1_000 };
  await context.route(/\/cache-[0-9a-f]+\.js$/, async (route) => {
    const answer = await route.fetch();
    const wait = `const began = Date.now();\nwhile (Date.now() - began < ${isSlow.by});\n`;
    await route.fulfill({ response: answer, body: wait + (await answer.text()) });
  });

  const page = await open(context);
  expect(await kinds(page, 'OpenMailbox')).toBe('Opened Rows');

  isSlow.by = 60_000;
  await load(page);
  await play(page, session.filter(({ from }) => from === 'proxy').slice(0, 1));
  expect(await kinds(page, 'OpenMailbox')).toBe('');
});

test('an order that was not answered is handed to the next page, once, and goes when it is answered', async ({ context }) => {
  const page = await open(context);
  await start(page);
  await page.evaluate(() => (globalThis as any).mail_cache.waiting((count: number) => ((globalThis as any).count = count)));
  await play(page, unanswered());
  await expect.poll(() => page.evaluate(() => (globalThis as any).count)).toBe(1);
  await expect.poll(async () => (await stored(page))?.queue).toBe(1);
  expect(await queued(page)).toEqual([]);

  await load(page);
  const [[key, order], ...others] = await queued(page);
  expect(others).toEqual([]);
  expect(order).toEqual(asked('StoreFlags'));
  expect(await queued(page)).toEqual([]);

  const again = renumbered(order, 99);
  await play(page, [again], key);
  await settled(page);
  expect((await stored(page))!.queue).toBe(1);
  const [answer] = answers(order);
  await play(page, [{ from: 'proxy', octets: renumbered(answer, 99).octets }]);
  await expect.poll(async () => (await stored(page))!.queue).toBe(0);
});

/** Makes the database anew in its first shape, with rows that nobody can read any more. */
function age(page: Page) {
  return page.evaluate(async (name) => {
    const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = reject;
    });
    const newer = await done(indexedDB.open(name));
    const stores = await Promise.all([...newer.objectStoreNames].map(async (store) => {
      const records = newer.transaction(store).objectStore(store);
      const [{ autoIncrement }, keys, values] = [records, await done(records.getAllKeys()), await done(records.getAll())];
      return { store, autoIncrement, keys, values };
    }));
    newer.close();
    await done(indexedDB.deleteDatabase(name));
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const { store, autoIncrement, keys, values } of stores) {
        const made = request.result.createObjectStore(store, { autoIncrement });
        if (store === 'uses') made.createIndex('used_at', 'used_at');
        keys.forEach((key, at) => made.put(store === 'rows' ? new Uint8Array([1, 2, 3]) : values[at], key));
      }
    };
    (await done(request)).close();
  }, DATABASE);
}

test('mail that was kept in an earlier shape is fetched anew, and what waits is still done', async ({ context }) => {
  const first = await keeper(context, unanswered());
  const kept = await stored(first);
  await first.close();
  const page = await context.newPage();
  await page.goto(`${held.stage.url}healthz`);
  await age(page);

  await load(page);

  await expect.poll(async () => (await queued(page)).length).toBe(1);
  expect(await stored(page)).toEqual({ ...kept, rows: 0, messages: 0, uses: 0 });
  await play(page, session);
  await expect.poll(() => kinds(page, 'OpenMailbox')).toBe('Opened Rows');
});

test('of two pages that start at once, one gets what a page that is gone has left', async ({ context }) => {
  const gone = await open(context);
  await start(gone);
  await play(gone, unanswered());
  await expect.poll(async () => (await stored(gone))?.queue).toBe(1);

  const living = await open(context);
  expect(await queued(living)).toEqual([]);
  await gone.close();
  await living.close();
  const pages = await Promise.all([open(context), open(context)]);
  const handedOut = await Promise.all(pages.map(queued));

  expect(handedOut.flat()).toHaveLength(1);
});

test('two tabs keep the same mail without a conflict', async ({ context }) => {
  const first = await keeper(context);
  const before = await stored(first);

  const second = await open(context);
  await Promise.all([play(first, session), play(second, session)]);
  await settled(first);

  expect(await stored(first)).toEqual(before);
  expect(await kinds(second, 'OpenMailbox')).toBe('Opened Rows');
});

test('wiping deletes everything, also from a page that never started, and ends what other tabs write', async ({ context }) => {
  const first = await keeper(context);
  const second = await open(context);
  await second.evaluate(() => new Promise((resolve) => {
    const request = indexedDB.open('surat budi@surat.test');
    request.onsuccess = () => resolve(request.result.close());
  }));
  await second.evaluate(() => (globalThis as any).mail_cache.wipe());

  await play(first, session);
  await expect.poll(() => kinds(first, 'OpenMailbox')).toBe('');
  const names = await second.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  expect(names).toEqual([]);
  await load(first);
  expect(await kinds(first, 'OpenMailbox')).toBe('');
  expect(await first.evaluate(() => (globalThis as any).mail_cache.account())).toBe('');
});

test('a full disk is told once, and nothing breaks', async ({ context }) => {
  const page = await open(context);
  const wire = await context.newCDPSession(page);
  await wire.send('Storage.overrideQuotaForOrigin', { origin: new URL(held.stage.url).origin, quotaSize: 4_000 });
  await page.evaluate(() => {
    (globalThis as any).faults = [];
    (globalThis as any).mail_cache.fault((kind: string) => (globalThis as any).faults.push(kind));
  });

  await start(page);
  await play(page, session);

  await expect.poll(() => page.evaluate(() => (globalThis as any).faults)).toEqual(['full']);
  await play(page, session);
  expect(await kinds(page, 'OpenMailbox')).toBe('');
});

test('an order that was queued before the disk was full is not left behind once it is answered', async ({ context }) => {
  await context.route(/\/cache-[0-9a-f]+\.js$/, async (route) => {
    const answer = await route.fetch();
    const fill = `new BroadcastChannel('full').onmessage = () => {
      IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); };
    };\n`;
    await route.fulfill({ response: answer, body: fill + await answer.text() });
  });
  const page = await open(context);
  await page.evaluate(() => (globalThis as any).mail_cache.fault((kind: string) => ((globalThis as any).fault = kind)));
  await start(page);
  await play(page, unanswered());
  await expect.poll(async () => (await stored(page))?.queue).toBe(1);
  await page.evaluate(() => new BroadcastChannel('full').postMessage(0));
  await expect.poll(async () => {
    await play(page, session.slice(0, session.indexOf(asked('StoreFlags'))));
    return page.evaluate(() => (globalThis as any).fault);
  }).toBe('full');

  await play(page, answers(asked('StoreFlags')));

  await expect.poll(async () => (await stored(page))?.queue).toBe(0);
});

test('an order that was broken off is handed to nobody, whatever becomes of it', async ({ context }) => {
  const page = await open(context);
  await start(page);
  await play(page, unanswered());
  await expect.poll(async () => (await stored(page))?.queue).toBe(1);

  await play(page, [cancel(asked('StoreFlags'))]);

  await expect.poll(async () => (await stored(page))?.queue).toBe(0);
  await load(page);
  expect(await queued(page)).toEqual([]);
});

test('a browser without a database is told once, and nothing breaks', async ({ context }) => {
  await context.route(/\/cache-[0-9a-f]+\.js$/, async (route) => {
    const answer = await route.fetch();
    const script = `Object.defineProperty(globalThis, 'indexedDB', { value: undefined });\n${await answer.text()}`;
    await route.fulfill({ response: answer, body: script });
  });
  const page = await open(context);
  await page.evaluate(() => {
    (globalThis as any).faults = [];
    (globalThis as any).mail_cache.fault((kind: string) => (globalThis as any).faults.push(kind));
  });

  await start(page);
  await play(page, session);

  await expect.poll(() => page.evaluate(() => (globalThis as any).faults)).toEqual(['denied']);
  expect(await kinds(page, 'OpenMailbox')).toBe('');
  expect(await queued(page)).toEqual([]);
});

/** Every third UID up to this. */
function scattered(last: number): Ranges {
  return Array.from({ length: Math.floor(last / 3) }, (_, at): [number, number] => [3 * at + 1, 3 * at + 1]);
}

for (const [what, uids] of [['100,000 messages', [[1, 100_000]] as Ranges], ['33,333 messages, none beside another', scattered(100_000)]] as const) {
  test(`a mailbox of ${what} opens at once, while flags of all of it are being stored`, async ({ context }) => {
    const mailbox = new Large('Large');
    const newest = uids.flatMap(([low, high]) => Array.from({ length: high - low + 1 }, (_, at) => low + at)).slice(-2_000).reverse();
    const page = await open(context);
    await start(page);
    await play(page, mailbox.opened(uids));
    for (let at = 0; at < newest.length; at += 200) await play(page, mailbox.rows(newest.slice(at, at + 200)));
    await expect.poll(async () => (await ask(page, mailbox.open())).map(kind).join(' ')).toBe('Opened Rows');
    await settled(page);

    await play(page, mailbox.star(uids));
    const times = await page.evaluate(async (octets) => {
      const times = [];
      for (let round = 0; round < 30; round += 1) {
        const began = performance.now();
        const { length } = await (globalThis as any).mail_cache.ask(Uint8Array.from(octets));
        if (length !== 2) throw new Error(`round ${round}: ${length} answers`);
        times.push(performance.now() - began);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return times.sort((a, b) => a - b);
    }, mailbox.open().octets);
    console.log(`${what}: opened in ${times[0].toFixed(1)} to ${times[29].toFixed(1)} ms, median ${times[15].toFixed(1)} ms`);

    const [, rows] = await ask(page, mailbox.open());
    expect(starred(rows)).toEqual(newest.slice(0, 50).map((uid) => [uid, true]));
    await settled(page);
    await load(page);
    const oldest = newest.slice(-50);
    const question = mailbox.fetch(oldest.map((uid): [number, number] => [uid, uid]).reverse());
    await expect.poll(async () => (await ask(page, question)).flatMap(starred)).toEqual(oldest.map((uid) => [uid, true]));

    await play(page, mailbox.expunge(uids.slice(0, -1).concat([[newest[10], newest[10]]])));
    await settled(page);
    expect((await ask(page, mailbox.open())).flatMap((frame) => (kind(frame) === 'Rows' ? starred(frame) : [])).map(([uid]) => uid)).not.toContain(newest[10]);
  });
}

test('the messages that were not read for longest make room', async ({ context }) => {
  const mailbox = new Large('Large');
  const page = await open(context);
  await page.evaluate(() => localStorage.setItem('surat.cache-mib', '1'));
  await start(page);
  await play(page, mailbox.message(1, 20_000));
  await expect.poll(async () => (await ask(page, mailbox.read(1))).map(kind)).toEqual(['Message']);
  for (let uid = 2; uid <= 100; uid += 1) {
    await play(page, mailbox.message(uid, 20_000));
    // It is read again and again, and stays.
    if (uid % 5 === 0) expect((await ask(page, mailbox.read(1))).map(kind)).toEqual(['Message']);
    await page.waitForTimeout(20);
  }
  await settled(page);

  const { messages, uses } = (await stored(page))!;
  expect(messages).toBe(uses);
  expect(messages).toBeGreaterThan(30);
  expect(messages * 20_000).toBeLessThan(1 << 20);
  expect((await ask(page, mailbox.read(1))).map(kind)).toEqual(['Message']);
  expect(await ask(page, mailbox.read(2))).toEqual([]);
  expect((await ask(page, mailbox.read(100))).map(kind)).toEqual(['Message']);
});
