import { expect, test } from '@playwright/test';
import { expectAccessible } from '../support/axe';
import { plain } from '../support/mail';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();

async function searcher(surat: Surat): Promise<string> {
  const me = held.stage.newcomer();
  await held.stage.deliver(me, plain({ to: me, subject: 'Anggaran 2026', text: 'Angka-angka terlampir' }));
  await held.stage.deliver(me, plain({ to: me, subject: 'Makan siang', text: 'Soto, yuk', from: 'Citra <citra@surat.test>' }));
  await held.stage.deliver(me, plain({ to: me, subject: 'Überraschung', text: 'naïve café' }));
  await surat.enter(me);
  return me;
}

async function search(surat: Surat, words: string) {
  await surat.page.getByRole('searchbox', { name: 'Search mail' }).fill(words);
  await surat.page.keyboard.press('Enter');
}

test('one box finds subject, sender and text', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await searcher(surat);

  for (const [words, subject] of [['anggaran', 'Anggaran 2026'], ['citra', 'Makan siang'], ['soto', 'Makan siang'], ['from:citra', 'Makan siang'], ['café', 'Überraschung']]) {
    await search(surat, words);
    await expect(surat.row(subject)).toBeVisible();
    await expect(surat.messages).toHaveAttribute('aria-rowcount', '1');
  }
  await expectAccessible(page, 'search');
});

test('all folders are searched when asked', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await searcher(surat);
  await surat.read('Anggaran 2026');
  await surat.act('Archive').click();
  await expect(surat.row('Anggaran 2026')).toHaveCount(0);

  await search(surat, 'anggaran');
  await page.getByRole('radio', { name: /all folders/i }).or(page.getByRole('button', { name: /all folders/i })).first().click();

  await surat.read('Anggaran 2026');
});

test('nothing found is said, and Escape leads back', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await searcher(surat);

  await search(surat, 'tidak-ada-sama-sekali "\\ (');
  await expect(page.getByText(/no messages|nothing/i).first()).toBeVisible();

  await page.getByRole('searchbox', { name: 'Search mail' }).press('Escape');
  await expect(surat.row('Makan siang')).toBeVisible();
});
