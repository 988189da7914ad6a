// What a person set up: the name and the trusted senders are of one account, and gone with its session.
import { expect, type Page, type Route, test } from '@playwright/test';
import { html } from '../support/mail';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();
test.setTimeout(90_000);

/** Everything that is in the browser's storage of this site. */
function storage(page: Page): Promise<string> {
  return page.evaluate(() => JSON.stringify({ ...localStorage }));
}

async function openSettings(surat: Surat) {
  await surat.button('Account').click();
  await surat.page.getByRole('menuitem', { name: 'Settings' }).click();
}

/** Signs in, trusts the sender of a message, and says a name. */
async function enterWithPreferences(page: Page): Promise<Surat> {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  await held.stage.deliver(me, html('Kabar', '<img src="https://images.example.invalid/a.png" width=20 height=20>'));
  await surat.enter(me);
  await surat.read('Kabar');
  await surat.act('Always from this sender').click();
  await openSettings(surat);
  await page.getByLabel('Your name').fill('Ayu Lestari');
  await page.getByRole('combobox', { name: /^Message list/ }).selectOption('Compact');
  await page.keyboard.press('Escape');
  return surat;
}

test('the name and the trusted senders are there after a reload, and no other account sees them', async ({ page }) => {
  const surat = await enterWithPreferences(page);
  const name = page.getByLabel('Your name');
  const senders = page.getByRole('list', { name: 'Senders whose images are shown' }).getByRole('listitem');

  await page.reload();
  await openSettings(surat);
  await expect(name).toHaveValue('Ayu Lestari');
  await expect(senders).toHaveCount(1);
  const sender = (await senders.textContent())!.trim();
  expect(await storage(page)).toContain(sender);
  await page.keyboard.press('Escape');

  await surat.signOut();
  expect(await storage(page)).not.toContain(sender);
  expect(await storage(page)).not.toContain('Ayu Lestari');
  await surat.enter(held.stage.newcomer());
  await openSettings(surat);
  await expect(name).toHaveValue('');
  await expect(senders).toHaveCount(0);
  // Looks are the browser's.
  await expect(page.getByRole('combobox', { name: /^Message list/ })).toHaveValue('compact');
});

test('what an account has left in a browser whose session has ended is gone when the app is opened', async ({ page, context }) => {
  await enterWithPreferences(page);
  expect(await storage(page)).toContain('Ayu Lestari');

  await context.clearCookies();
  await page.reload();

  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await expect.poll(() => storage(page)).not.toContain('Ayu Lestari');
});

test('a record that is of another account is not taken for one’s own', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.open();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await page.evaluate(() => localStorage.setItem('surat.personal', 'other@surat.test\nOrang Lain\nspam@example.test'));

  await surat.enter(held.stage.newcomer());

  await openSettings(surat);
  await expect(page.getByLabel('Your name')).toHaveValue('');
  await expect(page.getByText('spam@example.test')).toHaveCount(0);
});

test('what one tab of an account learns the other one knows, and none forgets it', async ({ page, context }) => {
  const surat = await enterWithPreferences(page);
  const other = new Surat(await context.newPage(), held.stage);
  await other.open();
  await openSettings(other);
  const name = other.page.getByLabel('Your name');
  await expect(name).toHaveValue('Ayu Lestari');

  await page.bringToFront();
  await openSettings(surat);
  await page.getByRole('list', { name: 'Senders whose images are shown' }).getByRole('button').click();
  await page.keyboard.press('Escape');
  await other.page.bringToFront();
  await expect(other.page.getByRole('list', { name: 'Senders whose images are shown' }).getByRole('listitem')).toHaveCount(0);
  await name.fill('Ayu L.');
  await other.page.keyboard.press('Escape');

  await page.reload();
  await openSettings(surat);
  await expect(page.getByLabel('Your name')).toHaveValue('Ayu L.');
  await expect(page.getByRole('list', { name: 'Senders whose images are shown' }).getByRole('listitem')).toHaveCount(0);
});

test('ending all sessions signs the account out in every browser', async ({ page, browser }) => {
  const here = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  await here.enter(me);
  const there = new Surat(await (await browser.newContext()).newPage(), held.stage);
  await there.enter(me);

  await openSettings(here);
  await page.getByRole('dialog', { name: 'Settings' }).getByRole('button', { name: 'End all sessions' }).click();

  for (const surat of [here, there]) await expect(surat.page.getByRole('textbox', { name: 'Email address' })).toBeVisible();
  await there.page.reload();
  await expect(there.page.getByRole('textbox', { name: 'Email address' })).toBeVisible();
  await there.page.context().close();
});

test('a sign-out that the proxy did not do is no sign-out', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter(held.stage.newcomer());
  const refuse = (route: Route) => route.fulfill({ status: 503, body: 'Not now' });
  await page.route('**/api/logout/everywhere', refuse);
  await openSettings(surat);
  const end = page.getByRole('dialog', { name: 'Settings' }).getByRole('button', { name: 'End all sessions' });

  await end.click();
  await expect(page.getByText(/broke before this was done/).first()).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Email address' })).toBeHidden();

  await page.unroute('**/api/logout/everywhere', refuse);
  await end.click();
  await expect(page.getByRole('textbox', { name: 'Email address' })).toBeVisible();
});
