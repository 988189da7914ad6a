// The mail that a browser keeps: public/cache.js and its worker on a page of their own, fed with frames that the app and
// the proxy have really exchanged. What the app makes of it is told in other stories.
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { age, ask, EMAIL, load, open, play, queued, settled, start, stored } from '../support/cache';
import { cancel, type Frame, id, kind, record, renumbered } from '../support/frames';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();
test.setTimeout(90_000);

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

async function kinds(page: Page, what: string): Promise<string> {
  return (await ask(page, asked(what))).map(kind).join(' ');
}

/** A page that has heard the session. */
async function keeper(context: BrowserContext, frames = session): Promise<Page> {
  const page = await open(context, held.stage);
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
    await load(page, held.stage);
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
  const page = await open(context, held.stage);

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

  const page = await open(context, held.stage);
  expect(await kinds(page, 'OpenMailbox')).toBe('Opened Rows');

  isSlow.by = 60_000;
  await load(page, held.stage);
  await play(page, session.filter(({ from }) => from === 'proxy').slice(0, 1));
  expect(await kinds(page, 'OpenMailbox')).toBe('');
});

test('an order that was not answered is handed to the next page, once, and goes when it is answered', async ({ context }) => {
  const page = await open(context, held.stage);
  await start(page);
  await page.evaluate(() => (globalThis as any).mail_cache.waiting((count: number) => ((globalThis as any).count = count)));
  await play(page, unanswered());
  await expect.poll(() => page.evaluate(() => (globalThis as any).count)).toBe(1);
  await expect.poll(async () => (await stored(page))?.queue).toBe(1);
  expect(await queued(page)).toEqual([]);

  await load(page, held.stage);
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

test('mail that was kept in an earlier shape is fetched anew, and what waits is still done', async ({ context }) => {
  const first = await keeper(context, unanswered());
  const kept = await stored(first);
  await first.close();
  const page = await context.newPage();
  await page.goto(`${held.stage.url}healthz`);
  await age(page);

  await load(page, held.stage);

  await expect.poll(async () => (await queued(page)).length).toBe(1);
  expect(await stored(page)).toEqual({ ...kept, rows: 0, messages: 0, uses: 0 });
  await play(page, session);
  await expect.poll(() => kinds(page, 'OpenMailbox')).toBe('Opened Rows');
});

test('of two pages that start at once, one gets what a page that is gone has left', async ({ context }) => {
  const gone = await open(context, held.stage);
  await start(gone);
  await play(gone, unanswered());
  await expect.poll(async () => (await stored(gone))?.queue).toBe(1);

  const living = await open(context, held.stage);
  expect(await queued(living)).toEqual([]);
  await gone.close();
  await living.close();
  const pages = await Promise.all([open(context, held.stage), open(context, held.stage)]);
  const handedOut = await Promise.all(pages.map(queued));

  expect(handedOut.flat()).toHaveLength(1);
});

test('two tabs keep the same mail without a conflict', async ({ context }) => {
  const first = await keeper(context);
  const before = await stored(first);

  const second = await open(context, held.stage);
  await Promise.all([play(first, session), play(second, session)]);
  await settled(first);

  expect(await stored(first)).toEqual(before);
  expect(await kinds(second, 'OpenMailbox')).toBe('Opened Rows');
});

test('wiping deletes everything, also from a page that never started, and ends what other tabs write', async ({ context }) => {
  const first = await keeper(context);
  const second = await open(context, held.stage);
  await second.evaluate(() => new Promise((resolve) => {
    const request = indexedDB.open('surat budi@surat.test');
    request.onsuccess = () => resolve(request.result.close());
  }));
  await second.evaluate(() => (globalThis as any).mail_cache.wipe());

  await play(first, session);
  await expect.poll(() => kinds(first, 'OpenMailbox')).toBe('');
  const names = await second.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  expect(names).toEqual([]);
  await load(first, held.stage);
  expect(await kinds(first, 'OpenMailbox')).toBe('');
  expect(await first.evaluate(() => (globalThis as any).mail_cache.account())).toBe('');
});

test('a full disk is told once, and nothing breaks', async ({ context }) => {
  const page = await open(context, held.stage);
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
  const page = await open(context, held.stage);
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
  const page = await open(context, held.stage);
  await start(page);
  await play(page, unanswered());
  await expect.poll(async () => (await stored(page))?.queue).toBe(1);

  await play(page, [cancel(asked('StoreFlags'))]);

  await expect.poll(async () => (await stored(page))?.queue).toBe(0);
  await load(page, held.stage);
  expect(await queued(page)).toEqual([]);
});

test('a browser without a database is told once, and nothing breaks', async ({ context }) => {
  await context.route(/\/cache-[0-9a-f]+\.js$/, async (route) => {
    const answer = await route.fetch();
    const script = `Object.defineProperty(globalThis, 'indexedDB', { value: undefined });\n${await answer.text()}`;
    await route.fulfill({ response: answer, body: script });
  });
  const page = await open(context, held.stage);
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
