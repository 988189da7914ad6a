import { expect, test } from '@playwright/test';
import { expectAccessible } from '../support/axe';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();

test('a right password opens the inbox', async ({ page }) => {
  const surat = new Surat(page, held.stage);

  await surat.signIn('ayu@surat.test');

  await expect(surat.messages).toBeVisible();
  await expect(surat.folder('Inbox')).toHaveAttribute('aria-selected', 'true');
  // The list may come before the rows.
  await expect.poll(async () => Number(await surat.messages.getAttribute('aria-rowcount'))).toBeGreaterThan(10);
});

test('a wrong password is said in words, and the address is kept', async ({ page }) => {
  const surat = new Surat(page, held.stage);

  await surat.signIn('ayu@surat.test', { password: 'salah' });

  await expect(page.getByRole('alert')).toContainText(/password/i);
  await expect(page.getByRole('textbox', { name: 'Email address' })).toHaveValue('ayu@surat.test');
  await expectAccessible(page, 'sign-in with an error');
});

test('too many tries are slowed down, with the time to wait', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const someone = held.stage.newcomer();

  for (let turn = 0; turn < 12; turn += 1) {
    await surat.signIn(someone, { password: `salah-${turn}` });
    await expect(page.getByRole('alert')).not.toBeEmpty();
    if (/try again in|too many/i.test(await page.getByRole('alert').innerText())) break;
  }

  await expect(page.getByRole('alert')).toContainText(/wait (a|\d+) (second|minute)/i);
});

test('a server that is down is not called a wrong password', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await held.stage.kill('dovecot');

  await surat.signIn('budi@surat.test');

  await expect(page.getByRole('alert')).toContainText(/reach/i, { timeout: 20_000 });
  await expect(page.getByRole('alert')).not.toContainText(/password/i);
  await held.stage.launch('dovecot');
});

test('a reload does not ask for the password again', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter('budi@surat.test');

  await page.reload();

  await expect(surat.messages).toBeVisible();
});

test('"Keep me signed in" survives the browser; without it the session does not', async ({ page, browser }) => {
  const surat = new Surat(page, held.stage);
  await surat.signIn('budi@surat.test', { keep: true });
  await expect(surat.messages).toBeVisible();
  const lasting = (await page.context().cookies()).filter((cookie) => cookie.expires > 0);
  expect(lasting).toHaveLength(1);
  expect(lasting[0].httpOnly).toBe(true);

  const again = await browser.newContext();
  await again.addCookies(lasting);
  const next = new Surat(await again.newPage(), held.stage);
  await next.open();

  await expect(next.messages).toBeVisible();
  await again.close();
});

test('signing out wipes what was kept', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.signIn('budi@surat.test', { keep: true });
  await expect(surat.messages).toBeVisible();
  const before = await page.context().cookies();

  await surat.signOut();
  expect((await page.context().cookies()).length).toBe(0);

  // Even the old cookie, put back by hand, opens nothing.
  await page.context().addCookies(before);
  await page.reload();
  await expect(surat.button('Sign in')).toBeVisible();
});

test('the sign-in page speaks Indonesian when asked', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.open();

  await page.getByRole('combobox', { name: /language/i }).selectOption('id');

  await expect(surat.button('Masuk')).toBeVisible();
});

test('the sign-in page is accessible', async ({ page }) => {
  await new Surat(page, held.stage).open();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();

  await expectAccessible(page, 'sign-in');
});
