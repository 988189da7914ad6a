// The mail that a browser keeps when there is much of it: a mailbox opens as fast, and the budget holds.
import { expect, test } from '@playwright/test';
import { ask, load, open, play, settled, start, stored } from '../support/cache';
import { kind, Large, type Ranges, starred } from '../support/frames';
import { useStage } from '../support/stage';

const held = useStage();
test.setTimeout(90_000);

/** Every third UID up to this. */
function scattered(last: number): Ranges {
  return Array.from({ length: Math.floor(last / 3) }, (_, at): [number, number] => [3 * at + 1, 3 * at + 1]);
}

for (const [what, uids] of [['100,000 messages', [[1, 100_000]] as Ranges], ['33,333 messages, none beside another', scattered(100_000)]] as const) {
  test(`a mailbox of ${what} opens at once, while flags of all of it are being stored`, async ({ context }) => {
    const mailbox = new Large('Large');
    const newest = uids.flatMap(([low, high]) => Array.from({ length: high - low + 1 }, (_, at) => low + at)).slice(-2_000).reverse();
    const page = await open(context, held.stage);
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
    await load(page, held.stage);
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
  const page = await open(context, held.stage);
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
