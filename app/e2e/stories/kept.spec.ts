// Mail that is kept on this device: at once after a reload, without a network, and gone after the sign-out.
import { expect, type Page, test } from '@playwright/test';
import { plain } from '../support/mail';
import { Relay } from '../support/relay';
import { seenFolders } from '../support/seen';
import { type Stage, useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();
test.setTimeout(90_000);

/** A page whose network can be cut, of an account with these messages, the newest last. */
async function withMail(page: Page, subjects: string[]): Promise<{ surat: Surat; relay: Relay; email: string }> {
  const relay = await Relay.start(held.stage);
  page.context().once('close', () => void relay.stop());
  const email = held.stage.newcomer();
  for (const subject of subjects) await held.stage.deliver(email.split('@')[0], plain({ to: email, subject, text: `Isi ${subject}` }));
  const surat = new Surat(page, { url: relay.url } as Stage);
  return { surat, relay, email };
}

async function enterKeeping(surat: Surat, email: string) {
  await surat.signIn(email, { keepMail: true });
  await expect(surat.messages).toHaveAttribute('aria-busy', 'false');
  await surat.page.evaluate(async () => void (await navigator.serviceWorker.ready));
}

/** The names of the databases with mail in this browser. */
function databases(page: Page): Promise<string[]> {
  return page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ''));
}

/** Waits until the cache has written what it has heard. */
async function settled(page: Page) {
  await expect.poll(() => databases(page)).not.toEqual([]);
  await page.waitForTimeout(1_000);
}

const WAITING = /waiting/;

test('without a network the mail that was kept is there, and what is done to it is done when the network is back', async ({ page, browser }) => {
  const { surat, relay, email } = await withMail(page, ['Satu', 'Dua', 'Tiga', 'Empat']);
  await enterKeeping(surat, email);
  await surat.read('Dua');
  await settled(page);

  await relay.cut();
  await page.reload();

  await expect(surat.row('Satu')).toBeVisible();
  await expect(surat.folder('Archive')).toBeVisible();
  await surat.read('Dua');
  await expect(surat.message).toContainText('Isi Dua');
  await surat.row('Tiga').click({ modifiers: ['Control'] });
  await page.keyboard.press('s');
  await surat.row('Tiga').click({ modifiers: ['Control'] });
  await surat.row('Satu').click({ modifiers: ['Control'] });
  await page.keyboard.press('e');
  await expect(surat.row('Satu')).toHaveCount(0);
  await expect(surat.row(/Tiga.*Starred/)).toBeVisible();
  await expect(surat.notice(WAITING)).toBeVisible();
  await settled(page);

  await page.reload();
  await expect(surat.row(/Tiga.*Starred/)).toBeVisible();
  await expect(surat.row('Satu')).toHaveCount(0);

  await relay.connect();
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await expect(surat.notice(/Reconnecting/)).toHaveCount(0, { timeout: 30_000 });

  const other = await (await browser.newContext()).newPage();
  const elsewhere = new Surat(other, held.stage);
  await elsewhere.enter(email);
  await expect(elsewhere.row(/Tiga.*Starred/)).toBeVisible();
  await expect(elsewhere.row('Satu')).toHaveCount(0);
  await elsewhere.openFolder('Archive');
  await expect(elsewhere.row('Satu')).toHaveCount(1);
  await other.context().close();
  await expect(surat.row('Satu')).toHaveCount(0);
  await expect(surat.row(/Tiga.*Starred/)).toBeVisible();
});

test('without a network the counts follow what is done, after reloads too', async ({ page }) => {
  const { surat, relay, email } = await withMail(page, ['Satu', 'Dua', 'Tiga', 'Empat', 'Lima']);
  await enterKeeping(surat, email);
  await settled(page);
  await relay.cut();
  await page.reload();
  const unread = async () => (await seenFolders(page)).filter(({ unread }) => unread > 0).map(({ name, unread }) => `${name} ${unread}`);
  const act = async (subject: string, key: string) => {
    await surat.row(subject).click({ modifiers: ['Control'] });
    await page.keyboard.press(key);
    await page.keyboard.press('Escape');
  };
  await expect.poll(unread).toEqual(['INBOX 5']);

  await act('Satu', 'I');
  await act('Dua', 'e');
  await act('Tiga', '#');
  await expect.poll(unread).toEqual(['INBOX 2', 'Archive 1', 'Trash 1']);
  await settled(page);
  await page.reload();
  await expect.poll(unread).toEqual(['INBOX 2', 'Archive 1', 'Trash 1']);
  await act('Satu', 'U');
  await expect.poll(unread).toEqual(['INBOX 3', 'Archive 1', 'Trash 1']);
  await settled(page);
  await page.reload();
  await expect.poll(unread).toEqual(['INBOX 3', 'Archive 1', 'Trash 1']);
  await page.keyboard.press('Control+a');
  await page.keyboard.press('e');
  await settled(page);
  await page.reload();
  await expect.poll(unread).toEqual(['Archive 4', 'Trash 1']);

  await relay.connect();
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await expect(surat.notice(/Reconnecting/)).toHaveCount(0, { timeout: 30_000 });
  await page.waitForTimeout(2_000);
  expect(await unread()).toEqual(['Archive 4', 'Trash 1']);
});

test('what happened elsewhere meanwhile is shown after a reload, over what was kept', async ({ page }) => {
  const { surat, relay, email } = await withMail(page, ['Satu', 'Dua']);
  await enterKeeping(surat, email);
  await settled(page);
  await relay.cut();
  await held.stage.deliver(email.split('@')[0], plain({ to: email, subject: 'Tiga' }));

  await page.reload();
  await expect(surat.row('Dua')).toBeVisible();
  await expect(surat.row('Tiga')).toHaveCount(0);
  await relay.connect();
  await page.evaluate(() => dispatchEvent(new Event('online')));

  await expect(surat.row('Tiga')).toBeVisible();
  await expect(surat.messages).toHaveAttribute('aria-rowcount', '3');
});

test('signing out leaves nothing on the device', async ({ page }) => {
  const { surat, email } = await withMail(page, ['Satu']);
  await enterKeeping(surat, email);
  await settled(page);
  expect(await databases(page)).not.toEqual([]);

  await surat.signOut();

  await expect.poll(() => databases(page)).toEqual([]);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
});

test('nothing is kept unless it is asked for, and it can be asked for and taken back in the settings', async ({ page }) => {
  const { surat, relay, email } = await withMail(page, ['Satu']);
  await surat.enter(email);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  expect(await databases(page)).toEqual([]);
  const keeps = page.getByRole('checkbox', { name: 'Keep mail on this device' });
  const openSettings = async () => {
    await surat.button('Account').click();
    await page.getByRole('menuitem', { name: 'Settings' }).click();
  };

  await openSettings();
  await expect(keeps).not.toBeChecked();
  await keeps.check();
  await settled(page);
  await page.keyboard.press('Escape');
  await relay.cut();
  await page.reload();
  await expect(surat.row('Satu')).toBeVisible();

  await relay.connect();
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await openSettings();
  await keeps.uncheck();
  await expect.poll(() => databases(page)).toEqual([]);
});

const NOT_KEPT = /cannot be kept on this device/;

/** Goes on as a person would who has heard that nothing can be kept, and is not told again. */
async function goesOnWithout(surat: Surat) {
  await surat.notice(NOT_KEPT).getByRole('button', { name: 'Close' }).click();
  await surat.read('Satu');
  await surat.act('Archive').click();
  await expect(surat.row('Satu')).toHaveCount(0);

  await surat.page.reload();
  await expect(surat.row('Dua')).toBeVisible();
  await expect(surat.row('Satu')).toHaveCount(0);
  await surat.page.waitForTimeout(3_000);
  await expect(surat.notice(NOT_KEPT)).toHaveCount(0);
}

test('a browser that keeps nothing, as in a private window, is told of once, and the mail is there all the same', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'en-GB', serviceWorkers: 'block' });
  await context.route(/\/cache-[0-9a-f]+\.js$/, async (route) => {
    const answer = await route.fetch();
    const script = `Object.defineProperty(globalThis, 'indexedDB', { value: undefined });\n${await answer.text()}`;
    await route.fulfill({ response: answer, body: script });
  });
  const { surat, email } = await withMail(await context.newPage(), ['Satu', 'Dua']);

  await surat.signIn(email, { keepMail: true });

  await expect(surat.notice(NOT_KEPT)).toContainText('private window');
  await goesOnWithout(surat);
  await context.close();
});

test('a full disk is told of once, and the mail is there all the same', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'en-GB', serviceWorkers: 'block' });
  const page = await context.newPage();
  const { surat, relay, email } = await withMail(page, ['Satu', 'Dua']);
  const wire = await context.newCDPSession(page);
  await wire.send('Storage.overrideQuotaForOrigin', { origin: new URL(relay.url).origin, quotaSize: 4_000 });

  await surat.signIn(email, { keepMail: true });

  await expect(surat.notice(NOT_KEPT)).toContainText('no room');
  await goesOnWithout(surat);
  await context.close();
});
