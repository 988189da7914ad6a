// The app without a network: what its service worker keeps, and what it leaves alone.
import { expect, type Page, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expectAccessible } from '../support/axe';
import { Relay } from '../support/relay';
import { type Stage, useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();
test.setTimeout(90_000);

/** The app at the relay's address. */
async function atRelay(page: Page): Promise<{ surat: Surat; relay: Relay }> {
  const relay = await Relay.start(held.stage);
  page.context().once('close', () => void relay.stop());
  return { surat: new Surat(page, { url: relay.url } as Stage), relay };
}

/** Waits until a worker serves this address, and nothing else is on its way. */
async function untilKept(page: Page) {
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state)).toBe('activated');
}

/** What is in the browser's caches: paths by cache. */
function kept(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate(async () => {
    const all: Record<string, string[]> = {};
    for (const name of await caches.keys()) {
      const requests = await (await caches.open(name)).keys();
      all[name] = requests.map(({ url }) => new URL(url).pathname).sort();
    }
    return all;
  });
}

declare global {
  interface Window {
    wordsAt: number;
  }
}

const OFFLINE = /You are offline/;

test('the files are kept after the inbox can be used, loaded only once, and serve the second visit', async ({ page }) => {
  const { surat, relay } = await atRelay(page);

  await surat.enter('ayu@surat.test');
  expect(relay.requests).not.toContain('GET /sw.js');
  await untilKept(page);

  const first = relay.files();
  expect(first.filter((request) => !/texts-id|cache-/.test(request))).toHaveLength(6);
  expect(new Set(first).size).toBe(first.length);

  await page.reload();
  await expect(surat.row(/./).first()).toBeVisible();
  expect(relay.files()).toEqual([]);
});

test('the worker keeps the app’s files and nothing else, whatever is read, downloaded or signed out of', async ({ page }) => {
  const { surat } = await atRelay(page);
  await surat.enter('ayu@surat.test');
  await untilKept(page);
  await page.reload();
  await surat.messages.getByRole('row').first().click();
  await expect(surat.message).toBeVisible();
  await page.evaluate(() => fetch('/healthz').then((answer) => answer.text()));

  await surat.signOut();

  const caches = Object.values(await kept(page));
  expect(caches).toHaveLength(1);
  for (const file of caches[0]) expect(file).toMatch(/^\/($|(start|cache|surat|surat-app|icons|texts-(en|id))-[0-9a-f]{16}(_bg)?\.(js|css|wasm|svg|txt)$)/);
  expect(caches[0]).toContain('/');
});

test('what is not the app goes to the proxy: files of mail, and addresses that are not the app’s', async ({ page }) => {
  const { surat, relay } = await atRelay(page);
  await surat.enter('ayu@surat.test');
  await untilKept(page);
  await page.reload();
  relay.requests = [];

  for (const other of ['healthz', 'icons-licence.txt', 'api/part?mailbox=INBOX']) await page.goto(relay.url + other).catch(() => {});

  expect(relay.requests.filter((request) => /healthz|licence|part/.test(request))).toHaveLength(3);
});

test('without a network the app opens, says what it lacks, and goes on by itself', async ({ page, context }) => {
  const { surat, relay } = await atRelay(page);
  await surat.enter('ayu@surat.test');
  await untilKept(page);
  await relay.cut();
  await page.addInitScript(() => {
    const look = () => document.querySelector('main [role="status"]')?.textContent && (window.wordsAt ??= performance.now());
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
  });

  await page.reload();

  await expect(surat.notice(OFFLINE)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  await expectAccessible(page, 'offline');
  console.log(`offline start: words after ${await page.evaluate(() => Math.round(window.wordsAt))} ms`);

  await relay.connect();
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await expect(surat.row(/./).first()).toBeVisible();
  await expect(surat.notice(OFFLINE)).toHaveCount(0);

  await relay.cut();
  await context.setOffline(true);
  const other = await context.newPage();
  await other.goto(`${relay.url}mail/INBOX.Sent`);
  await expect(other.getByRole('status').filter({ hasText: OFFLINE })).toBeVisible();
  await relay.connect();
  await context.setOffline(false);
  await expect(other.getByRole('grid', { name: 'Messages' })).toBeVisible();
});

test('a newer version is told, and comes when it is asked for, with the message that is being written', async ({ page }) => {
  const { surat, relay } = await atRelay(page);
  await surat.enter(held.stage.newcomer());
  await untilKept(page);
  await page.reload();
  await surat.write({ to: 'budi@surat.test', subject: 'Rapat', text: 'Halo Budi' });
  relay.version = 'aaaaaaaaaaaaaaaa';

  await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())!.update()));

  await expect(surat.notice('A new version is ready')).toBeVisible();
  await expect(page.locator('meta[name=version]')).toHaveCount(0);
  await expectAccessible(page, 'a newer version');
  await surat.field('Message text').fill('Halo Budi,\napa kabar?');
  await surat.button('Reload').click();

  await expect(page.locator('meta[name=version]')).toHaveAttribute('content', relay.version);
  await expect(surat.field('Message text')).toHaveValue('Halo Budi,\napa kabar?');
  await expect(surat.field('Subject')).toHaveValue('Rapat');
  await expect(surat.composer).toContainText('budi@surat.test');
  expect(Object.keys(await kept(page))).toEqual([`surat-files-${relay.version}`]);
  await expect(surat.notice('A new version is ready')).toHaveCount(0);
  await surat.send();
  await expect(surat.notice('Message sent')).toBeVisible();
});

test('the other tabs of a browser keep their page until they are asked, too', async ({ page, context }) => {
  const { surat, relay } = await atRelay(page);
  await surat.enter('ayu@surat.test');
  await untilKept(page);
  await page.reload();
  const other = new Surat(await context.newPage(), { url: relay.url } as Stage);
  await other.open();
  await expect(other.row(/./).first()).toBeVisible();
  relay.version = 'dddddddddddddddd';
  await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())!.update()));

  await surat.button('Reload').click();

  await expect(page.locator('meta[name=version]')).toHaveAttribute('content', relay.version);
  await expect(other.notice('A new version is ready')).toBeVisible();
  await expect(other.page.locator('meta[name=version]')).toHaveCount(0);
  await other.button('Reload').click();
  await expect(other.page.locator('meta[name=version]')).toHaveAttribute('content', relay.version);
  await expect(other.row(/./).first()).toBeVisible();
});

test('the worker of a development build removes itself, and what was kept', async ({ page }) => {
  const { surat, relay } = await atRelay(page);
  await surat.enter('ayu@surat.test');
  await untilKept(page);
  relay.worker = readFileSync(path.resolve(__dirname, '../../../public/sw-none.js'), 'utf8');

  await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())!.update()));

  await expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  expect(await kept(page)).toEqual({});
});

test('a version that does not arrive whole changes nothing', async ({ page }) => {
  const { surat, relay } = await atRelay(page);
  await surat.enter('ayu@surat.test');
  await untilKept(page);
  await page.reload();
  const before = await kept(page);
  const update = () => page.evaluate(async () => {
    const registration = (await navigator.serviceWorker.getRegistration())!;
    await registration.update().catch(() => {});
    const next = registration.installing;
    if (next) await new Promise<void>((resolve) => (next.onstatechange = () => next.state === 'redundant' && resolve()));
  });

  relay.version = 'bbbbbbbbbbbbbbbb';
  relay.broken = /^\/$/;
  await update();

  expect(await kept(page)).toEqual(before);
  await page.reload();
  await expect(surat.row(/./).first()).toBeVisible();
  await expect(page.locator('meta[name=version]')).toHaveCount(0);
});

test('a proxy of another version ends in its page, and keeps what was typed without a link', async ({ page }) => {
  const { surat, relay } = await atRelay(page);
  await surat.enter(held.stage.newcomer());
  await untilKept(page);
  await page.reload();
  await surat.write({ to: 'budi@surat.test', subject: 'Tersimpan' });
  await expect(surat.composer.getByRole('status')).toContainText('Draft saved');
  await relay.cut();
  await surat.field('Message text').fill('Ditulis tanpa sambungan');

  relay.version = 'cccccccccccccccc';
  relay.isForeign = true;
  await relay.connect();
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await expect(page.locator('meta[name=version]')).toHaveAttribute('content', relay.version);
  relay.isForeign = false;

  await expect(surat.field('Message text')).toHaveValue('Ditulis tanpa sambungan', { timeout: 30_000 });
  await expect(surat.field('Subject')).toHaveValue('Tersimpan');
  await expect(surat.composer.getByRole('status')).toContainText('Draft saved');
  await surat.openFolder('Drafts');
  await expect(surat.messages).toHaveAttribute('aria-rowcount', '1');
});

test('what is closed without a link is not left behind: the browser asks, and it is stored when the link is back', async ({ page }) => {
  const { surat, relay } = await atRelay(page);
  await surat.enter(held.stage.newcomer());
  await surat.write({ to: 'budi@surat.test', subject: 'Ditutup', text: 'Tanpa sambungan' });
  await relay.cut();
  await surat.field('Message text').fill('Tanpa sambungan, dan ditutup');
  await page.keyboard.press('Escape');
  await expect(surat.composer).toBeHidden();

  const asked = page.waitForEvent('dialog');
  await page.evaluate(() => setTimeout(() => location.reload()));
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();

  await relay.connect();
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await expect(surat.notice('Draft saved')).toBeVisible({ timeout: 40_000 });
  await surat.openFolder('Drafts');
  await surat.row('Ditutup').click();
  await expect(surat.field('Message text')).toHaveValue('Tanpa sambungan, dan ditutup');
});

test('the app can be installed', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter('ayu@surat.test');
  await untilKept(page);
  const wire = await page.context().newCDPSession(page);

  const { installabilityErrors } = await wire.send('Page.getInstallabilityErrors');
  const { errors, data } = await wire.send('Page.getAppManifest');

  // Chromium installs nothing in a window without a profile, which is what a story has.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
  expect(errors).toEqual([]);
  const manifest = JSON.parse(data!);
  for (const icon of manifest.icons) {
    const answer = await page.request.get(new URL(icon.src, held.stage.url).href);
    expect(answer.headers()['content-type']).toBe(icon.type);
  }
  const response = await page.request.get(`${held.stage.url}sw.js`);
  expect(response.headers()['cache-control']).toBe('no-cache');
});
