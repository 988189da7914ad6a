import { expect, test } from '@playwright/test';
import { plain } from '../support/mail';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();

async function withMail(surat: Surat, subjects: string[]): Promise<string> {
  const me = held.stage.newcomer();
  for (const subject of subjects) await held.stage.deliver(me, plain({ to: me, subject }));
  await surat.enter(me);
  await expect(surat.messages).toHaveAttribute('aria-rowcount', String(subjects.length));
  return me;
}

test('the newest message stands first, and a row says what it is', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await withMail(surat, ['Lama', 'Baru']);

  const first = surat.messages.getByRole('row').first();
  await expect(first).toHaveAttribute('aria-rowindex', '1');
  await expect(first).toHaveAttribute('aria-selected', 'false');
  await expect(first).toHaveAccessibleName(/Budi Santoso/);
  await expect(first).toHaveAccessibleName(/Baru/);
  await expect(first).toHaveAccessibleName(/Unread/);
  await expect(first).toContainText('Halo!');
});

test('the scroll bar spans the whole mailbox: middle and end show the right rows', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter('ayu@surat.test');
  await expect(surat.messages.getByRole('row').first()).toBeVisible();
  const count = Number(await surat.messages.getAttribute('aria-rowcount'));

  for (const share of [0.5, 1]) {
    await surat.messages.evaluate((grid, share) => {
      let box: Element | null = grid;
      while (box && box.scrollHeight <= box.clientHeight + 1) box = box.parentElement;
      const scroller = box ?? grid.querySelector('*')!;
      scroller.scrollTop = (scroller.scrollHeight - scroller.clientHeight) * share;
    }, share);
    const wanted = share === 1 ? count : Math.round(count / 2);
    const row = surat.messages.locator(`[role=row][aria-rowindex="${wanted}"]`);
    await expect(row).toBeVisible();
    await expect(row).toHaveAccessibleName(/.{10,}/);
  }
});

test('archive takes a message away, and Undo brings it back', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await withMail(surat, ['Arsipkan']);
  await surat.read('Arsipkan');

  await surat.act('Archive').click();
  await expect(surat.row('Arsipkan')).toHaveCount(0);
  await surat.button('Undo').click();
  await expect(surat.row('Arsipkan')).toBeVisible();

  await surat.openFolder('Archive');
  await expect(surat.messages).toHaveAttribute('aria-rowcount', '0');
});

test('delete goes to Trash; from Trash, after a question, it is for good', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await withMail(surat, ['Hapus saya']);
  await surat.read('Hapus saya');
  await surat.act('Delete').click();
  await expect(surat.row('Hapus saya')).toHaveCount(0);

  await surat.openFolder('Trash');
  await surat.read('Hapus saya');
  await surat.act('Delete').click();
  const question = page.getByRole('dialog');
  await expect(question).toBeVisible();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(surat.row('Hapus saya')).toBeVisible();

  await surat.act('Delete').click();
  await question.getByRole('button', { name: /^Delete/ }).click();
  await expect(surat.row('Hapus saya')).toHaveCount(0);
  await page.reload();
  await expect(surat.messages).toHaveAttribute('aria-rowcount', '0');
});

test('junk goes to Junk', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await withMail(surat, ['Menang undian']);
  await surat.read('Menang undian');

  await surat.act('Junk').click();

  await expect(surat.row('Menang undian')).toHaveCount(0);
  await surat.openFolder('Junk');
  await expect(surat.row('Menang undian')).toBeVisible();
});

test('a message is moved to the folder that is chosen', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await withMail(surat, ['Pindahkan']);
  await surat.read('Pindahkan');

  await surat.act('Move to').click();
  await page.getByRole('dialog').or(page.getByRole('menu')).getByText('Archive', { exact: true }).click();

  await expect(surat.row('Pindahkan')).toHaveCount(0);
  await surat.openFolder('Archive');
  await expect(surat.row('Pindahkan')).toBeVisible();
});

test('star and unread are kept by the server', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await withMail(surat, ['Bintang']);
  await surat.read('Bintang');
  await expect(surat.row('Bintang')).not.toHaveAccessibleName(/Unread/);

  await surat.act('Star').click();
  await surat.act('Mark as unread').click();
  await expect(surat.row('Bintang')).toHaveAccessibleName(/Unread/);
  await expect(surat.row('Bintang')).toHaveAccessibleName(/Starred/);

  await surat.openFolder('Sent');
  await page.reload();
  await surat.openFolder('Inbox');
  await expect(surat.row('Bintang')).toHaveAccessibleName(/Unread/);
  await expect(surat.row('Bintang')).toHaveAccessibleName(/Starred/);
});

test('a range is selected with Shift, all with one key, and acted on together', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await withMail(surat, ['Satu', 'Dua', 'Tiga', 'Empat']);

  await surat.row('Empat').click({ modifiers: ['ControlOrMeta'] });
  await surat.row('Dua').click({ modifiers: ['Shift'] });
  await expect(surat.messages.locator('[role=row][aria-selected=true]')).toHaveCount(3);

  await page.keyboard.press('e');
  await expect(surat.messages).toHaveAttribute('aria-rowcount', '1');
  await surat.button('Undo').click();
  await expect(surat.messages).toHaveAttribute('aria-rowcount', '4');

  await surat.messages.focus();
  await page.keyboard.press('ControlOrMeta+a');
  await expect(surat.messages.locator('[role=row][aria-selected=true]')).toHaveCount(4);
  await page.keyboard.press('#');
  await expect(surat.messages).toHaveAttribute('aria-rowcount', '0');
});

test('two windows of one account show the same', async ({ page, context }) => {
  const surat = new Surat(page, held.stage);
  await withMail(surat, ['Berdua']);
  const other = new Surat(await context.newPage(), held.stage);
  await other.open();
  await expect(other.row('Berdua')).toBeVisible();

  await surat.read('Berdua');
  await surat.act('Star').click();
  await expect(other.row('Berdua')).toHaveAccessibleName(/Starred/);
  await surat.act('Archive').click();
  await expect(other.row('Berdua')).toHaveCount(0);
});

test('new mail is on screen by itself', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = await withMail(surat, ['Yang lama']);

  await held.stage.deliver(me, plain({ to: me, subject: 'Datang sendiri' }));

  await expect(surat.messages.getByRole('row').first()).toHaveAccessibleName(/Datang sendiri/, { timeout: 2_000 });
});

test('an empty folder says what will be here', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter(held.stage.newcomer());

  await surat.openFolder('Junk');

  await expect(surat.messages).toHaveAttribute('aria-rowcount', '0');
  await expect(page.getByRole('main').getByText(/junk/i).first()).toBeVisible();
});
