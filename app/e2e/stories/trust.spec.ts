import { expect, type Page, test } from '@playwright/test';
import { expectAccessible } from '../support/axe';
import { plain } from '../support/mail';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();

const FORGED = ['Authentication-Results: mx.surat.test; spf=fail; dkim=none; dmarc=fail header.from=bank.example'];
const GOOD = ['Authentication-Results: mx.surat.test; spf=pass; dkim=pass header.d=bank.example; dmarc=pass header.from=bank.example'];

async function opened(page: Page, letters: Parameters<typeof plain>[0][], subject: string): Promise<Surat> {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  for (const letter of letters) await held.stage.deliver(me, plain(letter));
  await surat.enter(me);
  await surat.read(subject);
  return surat;
}

const note = (surat: Surat) => surat.message.getByRole('note', { name: 'About the sender' });
const isNew = (surat: Surat) => surat.message.getByRole('note', { name: 'You have had no mail from this address before.' });

/** The text without the marks that keep a stranger's words apart. */
const said = async (surat: Surat) => (await note(surat).innerText()).replace(/[\u2068\u2069]/g, '').trim();

for (const scheme of ['light', 'dark'] as const) {
  for (const width of [1280, 390]) {
    test(`a name with another address is told, ${scheme} at ${width} px`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 800 });
      const surat = await opened(page, [{ from: '"budi@bank.example" <x@evil.test>', subject: 'Rekening' }], 'Rekening');

      expect(await said(surat)).toBe('The name says budi@bank.example, but the mail came from x@evil.test.');
      await page.screenshot({ path: test.info().outputPath(`trust-${scheme}-${width}.png`) });
      await expectAccessible(page, 'a message with a word about its sender');
      const fits = await note(surat).evaluate((line) => line.scrollWidth <= line.clientWidth && line.getBoundingClientRect().right <= innerWidth);
      expect(fits).toBe(true);
    });
  }
}

test('what the own server denies is told in the language of the reader, its checks among the details', async ({ browser }) => {
  const page = await browser.newPage({ locale: 'id-ID' });
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  await held.stage.deliver(me, plain({ from: 'Budi <budi@bank.example>', subject: 'Palsu', headers: FORGED }));
  await surat.open();
  await page.getByRole('textbox', { name: 'Alamat email' }).fill(me);
  await page.getByLabel('Kata sandi', { exact: true }).fill('surat');
  await page.getByRole('button', { name: 'Masuk' }).click();
  await page.getByRole('row', { name: /Palsu/ }).click();

  await expect(page.getByRole('note', { name: 'Tentang pengirim' })).toContainText(/tidak dapat memastikan bahwa pesan ini dari .bank\.example/);
  await page.getByRole('button', { name: /^kepada/ }).click();
  await expect(page.getByText('SPF gagal, DKIM tidak ada, DMARC gagal')).toBeVisible();
  await page.close();
});

test('a sender that the server confirms has no line, and only the first letter is of somebody new', async ({ page }) => {
  const from = 'Budi <budi@bank.example>';
  const surat = await opened(page, [{ from, subject: 'Pertama', headers: GOOD }, { from, subject: 'Kedua', headers: GOOD }], 'Pertama');

  await expect(isNew(surat)).toBeVisible();
  await expect(note(surat)).toHaveCount(0);
  await page.screenshot({ path: test.info().outputPath('trust-new.png') });
  await expectAccessible(page, 'a message with a word about its sender');

  await surat.read('Kedua');
  await expect(isNew(surat)).toHaveCount(0);
  // Longer than it takes to ask and be answered.
  await page.waitForTimeout(1500);
  await expect(isNew(surat)).toHaveCount(0);
  await expect(note(surat)).toHaveCount(0);
});

test('nothing moves when a sender turns out to be new', async ({ page }) => {
  const surat = await opened(page, [{ from: 'x@new.example', subject: 'Baru', text: 'Halo' }], 'Baru');
  const text = surat.message.getByText('Halo');
  const before = await text.boundingBox();

  await expect(isNew(surat)).toBeVisible();

  expect(await text.boundingBox()).toEqual(before);
});

test('what a stranger wrote does not turn the sentence around', async ({ page }) => {
  const surat = await opened(page, [{ from: '"\u202ebudi@bank.example\u2066" <x@evil.test>', subject: 'Balik' }], 'Balik');

  expect(await said(surat)).toBe('The name says budi@bank.example, but the mail came from x@evil.test.');
});

const LIST = [
  'Authentication-Results: mx.surat.test; dkim=pass header.d=news.example',
  'DKIM-Signature: v=1; d=news.example; h=From:List-Unsubscribe:List-Unsubscribe-Post; b=x',
  'List-Unsubscribe: <https://127.0.0.1:1/off>',
  'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
];

for (const scheme of ['light', 'dark'] as const) {
  for (const width of [1280, 390]) {
    test(`a mailing list that is vouched for can be left, after a question, ${scheme} at ${width} px`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 800 });
      const name = 'Kabar Pagi dari Kebun Raya di Kaki Gunung';
      const letters = [{ from: `${name} <kabar@news.example>`, subject: 'Kabar pagi', headers: LIST }];
      const surat = await opened(page, letters, 'Kabar pagi');
      const leave = surat.message.getByRole('button', { name: 'Unsubscribe' });

      await expect(leave).toBeInViewport({ ratio: 1 });
      await page.screenshot({ path: test.info().outputPath(`list-${scheme}-${width}.png`) });
      await expectAccessible(page, 'a message of a mailing list');
      await leave.click();
      const question = page.getByRole('dialog', { name: 'Unsubscribe from this list?' });
      await expect(question).toContainText('127.0.0.1 is told that you no longer want its mail.');
      await expectAccessible(page, 'the question whether to leave a list');
      await question.getByRole('button', { name: 'Unsubscribe' }).click();

      // Nobody listens there.
      await expect(surat.notice(/The list did not take it/)).toBeVisible();
    });
  }
}

test('a mailing list that nobody vouches for offers nothing', async ({ page }) => {
  const forged = LIST.map((line) => line.replace('dkim=pass', 'dkim=fail'));
  const surat = await opened(page, [{ from: 'Kabar <kabar@news.example>', subject: 'Kabar', headers: forged }], 'Kabar');

  await expect(surat.message.getByRole('heading', { name: 'Kabar' })).toBeVisible();
  await expect(surat.message.getByRole('button', { name: 'Unsubscribe' })).toHaveCount(0);
});
