import { expect, test } from '@playwright/test';
import { expectAccessible } from '../support/axe';
import { html, plain } from '../support/mail';
import { useStage } from '../support/stage';
import { PASSWORD, Surat } from '../support/surat';

const held = useStage();

test('the whole path works without a mouse', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  for (const subject of ['Kedua', 'Pertama']) await held.stage.deliver(me, plain({ to: me, subject }));
  const press = (keys: string) => page.keyboard.press(keys);

  await surat.open();
  await page.getByRole('textbox', { name: 'Email address' }).focus();
  await page.keyboard.type(me);
  await press('Tab');
  await page.keyboard.type(PASSWORD);
  await press('Enter');
  await expect(surat.row('Pertama')).toBeVisible();

  await press('j');
  await press('Enter');
  await expect(surat.message.getByRole('heading', { name: /Pertama|Kedua/ })).toBeVisible();
  const first = await surat.message.getByRole('heading').first().innerText();
  await press('j');
  await expect(surat.message.getByRole('heading').first()).not.toHaveText(first);
  await press('k');
  await expect(surat.message.getByRole('heading').first()).toHaveText(first);

  await press('s');
  await expect(surat.row(first)).toHaveAccessibleName(/Starred/);
  await press('r');
  await expect(surat.composer).toBeVisible();
  await expect(surat.field('Subject')).toHaveValue(`Re: ${first}`);
  await press('Escape');
  await expect(surat.composer).toBeHidden();

  await press('e');
  await expect(surat.row(first)).toHaveCount(0);

  await press('/');
  await expect(page.getByRole('searchbox', { name: 'Search mail' })).toBeFocused();
  await press('Escape');

  await press('?');
  await expect(page.getByRole('dialog', { name: /keyboard/i })).toBeVisible();
  await expectAccessible(page, 'keyboard help');
  await press('Escape');
  await expect(page.getByRole('dialog', { name: /keyboard/i })).toHaveCount(0);

  await press('c');
  await expect(surat.composer).toBeVisible();
  await expect(surat.field('To')).toBeFocused();
});

test('the tree is walked with arrow keys', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter(held.stage.newcomer());

  await surat.folder('Inbox').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');

  await expect(surat.folder('Inbox')).toHaveAttribute('aria-selected', 'false');
});

test('keys work after a click into an HTML message', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter('ayu@surat.test');
  const me = held.stage.newcomer();
  await held.stage.deliver(me, html('Dalam bingkai', '<p>klik di sini</p>'));
  await surat.signOut();
  await surat.enter(me);
  await surat.read('Dalam bingkai');
  await surat.frame.getByText('klik di sini').click();

  await page.keyboard.press('e');

  await expect(surat.row('Dalam bingkai')).toHaveCount(0);
});
