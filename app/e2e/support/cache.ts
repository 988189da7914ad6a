// The mail that a browser keeps, on a page without the app: public/cache.js and its worker, spoken to as the app does.
import { type BrowserContext, expect, type Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Frame } from './frames';
import type { Stage } from './stage';

export const EMAIL = 'Ayu@surat.test';
const DATABASE = 'surat ayu@surat.test';

/** Loads the cache into a page without the app. */
export async function load(page: Page, { url }: Stage) {
  await page.goto(`${url}healthz`);
  const files = await (await page.request.get(`${url}sw.js`)).text();
  const worker = /\/cache-[0-9a-f]+\.js/.exec(files)![0];
  for (const file of ['trusted.js', 'cache.js']) {
    const source = await readFile(path.resolve(__dirname, '../../../public', file), 'utf8');
    await page.evaluate(source.replaceAll('CACHE_WORKER', `'${worker}'`));
  }
}

/** A page with the cache. */
export async function open(context: BrowserContext, stage: Stage): Promise<Page> {
  const page = await context.newPage();
  await load(page, stage);
  return page;
}

/** Mail is to be kept from now on. */
export async function start(page: Page, email = EMAIL) {
  await page.evaluate((email) => (globalThis as any).mail_cache.start(email), email);
}

/** The cache hears what the app and the proxy say. */
export async function play(page: Page, frames: Frame[], replaces = 0) {
  await page.evaluate(([frames, replaces]) => {
    const cache = (globalThis as any).mail_cache;
    for (const { from, octets } of frames) {
      if (from === 'app') cache.asked(Uint8Array.from(octets), replaces);
      else cache.heard(Uint8Array.from(octets));
    }
  }, [frames, replaces] as const);
}

/** What the cache answers to a question. */
export async function ask(page: Page, question: Frame): Promise<Frame[]> {
  const answers: number[][] = await page.evaluate(async (octets) => {
    const frames = await (globalThis as any).mail_cache.ask(Uint8Array.from(octets));
    return frames.map((frame: Uint8Array) => [...frame]);
  }, question.octets);
  return answers.map((octets) => ({ from: 'proxy', octets }));
}

/** Orders that wait, with their keys. */
export async function queued(page: Page): Promise<[number, Frame][]> {
  const entries: [number, number[]][] = await page.evaluate(async () => {
    const entries = await (globalThis as any).mail_cache.queued();
    return entries.map(([key, frame]: [number, Uint8Array]) => [key, [...frame]]);
  });
  return entries.map(([key, octets]) => [key, { from: 'app', octets }]);
}

/** How many records each store has; `null` when there is no database. */
export function stored(page: Page): Promise<Record<string, number> | null> {
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
export async function settled(page: Page) {
  let before = '';
  await expect.poll(async () => {
    const now = JSON.stringify(await stored(page));
    const isSame = now === before;
    before = now;
    return isSame;
  }, { intervals: [300] }).toBe(true);
}

/** Makes the database anew in its first shape, with rows that nobody can read any more. */
export function age(page: Page) {
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
