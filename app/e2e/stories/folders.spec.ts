import { expect, test } from '@playwright/test';
import { expectAccessible } from '../support/axe';
import { plain } from '../support/mail';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();

test('the tree shows the folders with their roles and unread counts', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter('ayu@surat.test');

  await expect(surat.folders.getByRole('tree').first()).toBeVisible();
  for (const name of ['Inbox', 'Drafts', 'Sent', 'Archive', 'Junk', 'Trash']) {
    await expect(surat.folder(name)).toBeVisible();
  }
  await expect(surat.folder('Inbox')).toHaveAccessibleName(/\b\d+ unread\b/);
  await expectAccessible(page, 'inbox');
});

test('an unread count follows what happens elsewhere', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  await surat.enter(me);
  await expect(surat.folder('Inbox')).not.toHaveAccessibleName(/unread/);

  await held.stage.deliver(me, plain({ to: me, subject: 'Pertama' }));
  await expect(surat.folder('Inbox')).toHaveAccessibleName(/\b1 unread\b/);
  await expect(page).toHaveTitle(/\(1\)/);

  await surat.read('Pertama');
  await expect(surat.folder('Inbox')).not.toHaveAccessibleName(/unread/);
  await expect(page).not.toHaveTitle(/\(1\)/);
});

test('a folder is created, renamed and deleted', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter(held.stage.newcomer());

  await surat.button('New folder').click();
  await page.getByRole('dialog').getByRole('textbox').fill('Rapat & “Notulen”');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  const created = surat.folders.getByRole('treeitem', { name: 'Rapat & “Notulen”' });
  await expect(created).toBeVisible();

  await created.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('Notulen');
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
  await expect(surat.folder('Notulen')).toBeVisible();
  await expect(created).toHaveCount(0);

  await surat.folder('Notulen').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(surat.folder('Notulen')).toHaveCount(0);
});

test('a name that is taken is refused in words', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter(held.stage.newcomer());

  await surat.button('New folder').click();
  await page.getByRole('dialog').getByRole('textbox').fill('Archive');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();

  await expect(page.getByText(/already/i).first()).toBeVisible();
});

test('emptying Trash asks, and deletes for good', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  await held.stage.deliver(me, plain({ to: me, subject: 'Untuk dibuang' }));
  await surat.enter(me);
  await surat.read('Untuk dibuang');
  await surat.act('Delete').click();
  await expect(surat.row('Untuk dibuang')).toHaveCount(0);
  await surat.openFolder('Trash');
  await expect(surat.row('Untuk dibuang')).toBeVisible();

  await surat.folder('Trash').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Empty' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Empty' }).click();

  await expect(surat.messages).toHaveAttribute('aria-rowcount', '0');
});

test('shared folders stand under their own heading, with the actions that the rights allow', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter('budi@surat.test');
  await expect(surat.folders.getByText('Shared', { exact: false }).first()).toBeVisible();
  await expect(surat.folder('support')).toBeVisible();

  // announcements: Budi may read, and no more.
  await surat.folder('announcements').click({ button: 'right' });
  await expect(page.getByRole('menuitem', { name: 'Delete' })).toHaveCount(0);
  await page.keyboard.press('Escape');

  await surat.openFolder('announcements');
  await surat.messages.getByRole('row').first().click();
  await expect(surat.message).toBeVisible();
  await expect(surat.act('Delete')).toHaveCount(0);
});
