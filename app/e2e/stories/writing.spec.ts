import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { expectAccessible } from '../support/axe';
import { multipart, plain } from '../support/mail';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();

async function source(surat: Surat, subject: string): Promise<string> {
  await surat.read(subject);
  await surat.message.getByRole('button', { name: 'More' }).click();
  const file = surat.page.waitForEvent('download');
  await surat.page.getByRole('menuitem', { name: 'Download' }).click();
  return readFile(await (await file).path(), 'utf8');
}

test('a message is sent, and arrives in an open inbox without a click', async ({ page, browser }) => {
  const [me, friend, hidden] = [held.stage.newcomer(), held.stage.newcomer(), held.stage.newcomer()];
  const surat = new Surat(page, held.stage);
  const theirs = new Surat(await (await browser.newContext()).newPage(), held.stage);
  await theirs.enter(friend);
  await surat.enter(me);

  await surat.write({ to: friend, bcc: hidden, subject: 'Halo “kawan” 🌴', text: 'Baris satu\n\n> bukan kutipan\n.titik' });
  await expectAccessible(page, 'composer');
  await surat.send();

  await expect(surat.notice('Message sent')).toBeVisible();
  await expect(surat.composer).toHaveCount(0);
  await theirs.read('Halo “kawan” 🌴');
  await expect(theirs.message).toContainText('.titik');
  const received = await source(theirs, 'Halo “kawan” 🌴');
  // At the start of a line: the numbers that servers give to messages are any letters and digits.
  expect(received).not.toMatch(/^(bcc|x-surat)/im);
  expect(received).not.toContain(hidden);

  await surat.openFolder('Sent');
  expect(await source(surat, 'Halo “kawan” 🌴')).toMatch(new RegExp(`^Bcc: .*${hidden}`, 'im'));
  await surat.openFolder('Drafts');
  await expect(surat.messages).toHaveAttribute('aria-rowcount', '0');
});

test('a reply quotes, threads, and marks the original as answered', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const [me, friend] = [held.stage.newcomer(), held.stage.newcomer()];
  await held.stage.deliver(me, plain({ from: `Kawan <${friend}>`, to: me, subject: 'Jumpa?', text: 'Besok jam tiga?' }));
  await surat.enter(me);
  await surat.read('Jumpa?');

  await surat.act('Reply').click();
  await expect(surat.field('Subject')).toHaveValue('Re: Jumpa?');
  await expect(surat.field('Message text')).toHaveValue(/> Besok jam tiga\?/);
  await surat.field('Message text').press('ControlOrMeta+Home');
  await surat.page.keyboard.type('Baik.');
  await surat.send();

  await expect(surat.notice('Message sent')).toBeVisible();
  await expect(surat.row('Jumpa?')).toHaveAccessibleName(/Answered|Replied/);
  await surat.openFolder('Sent');
  expect(await source(surat, 'Re: Jumpa?')).toMatch(/^In-Reply-To: <story-/m);
});

test('reply all reaches everybody but oneself', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  const eml = plain({ to: `${me}, Citra <citra@surat.test>`, subject: 'Semua', headers: ['Cc: Dewi <dewi@surat.test>'] });
  await held.stage.deliver(me, eml);
  await surat.enter(me);
  await surat.read('Semua');

  await surat.act('Reply all').click();

  const everybody = await surat.composer.evaluate((dialog) => {
    const values = [...dialog.querySelectorAll('input')].map((input) => input.value);
    return `${dialog.textContent} ${values.join(' ')}`;
  });
  for (const name of ['Budi Santoso', 'Citra', 'Dewi']) expect(everybody).toContain(name);
  expect(everybody).not.toContain(me);
});

test('a forward takes the attachments along, without moving them through the browser', async ({ page, browser }) => {
  const surat = new Surat(page, held.stage);
  const [me, friend] = [held.stage.newcomer(), held.stage.newcomer()];
  const octets = Buffer.from(Array.from({ length: 90_000 }, (_, i) => (i * 7) % 256));
  await held.stage.deliver(me, multipart('Laporan', [{ type: 'text/plain', body: 'Ini dia' }, { type: 'application/pdf', name: 'laporan.pdf', body: octets }]));
  await surat.enter(me);
  await surat.read('Laporan');
  const bodies: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/part') || request.url().includes('/api/upload')) bodies.push(request.url());
  });

  await surat.act('Forward').click();
  await expect(surat.composer).toContainText('laporan.pdf');
  await surat.field('To').fill(friend);
  await surat.send();
  await expect(surat.notice('Message sent')).toBeVisible();
  expect(bodies).toEqual([]);
  await expect(surat.row('Laporan').first()).toHaveAccessibleName(/Forwarded/);

  const theirs = new Surat(await (await browser.newContext()).newPage(), held.stage);
  await theirs.enter(friend);
  await theirs.read('Fwd: Laporan');
  const file = theirs.page.waitForEvent('download');
  await theirs.message.getByRole('link', { name: /laporan\.pdf/ }).click();
  expect((await readFile(await (await file).path())).equals(octets)).toBe(true);
});

test('a file is attached, uploaded once, and sent whole', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  const octets = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 13) % 256));
  await surat.enter(me);
  await surat.write({ to: me, subject: 'Dengan berkas', text: 'Terlampir.' });

  await surat.composer.getByLabel('Attach files').setInputFiles({ name: 'Überblick – “Q3”.bin', mimeType: 'application/octet-stream', buffer: octets });
  await expect(surat.composer).toContainText('Überblick – “Q3”.bin');
  await expect(surat.notice('Draft saved')).toBeVisible();
  await surat.send();
  await expect(surat.notice('Message sent')).toBeVisible();

  await surat.read('Dengan berkas');
  const file = page.waitForEvent('download');
  await surat.message.getByRole('link', { name: /Überblick – “Q3”\.bin/ }).click();
  expect((await file).suggestedFilename()).toBe('Überblick – “Q3”.bin');
  expect((await readFile(await (await file).path())).equals(octets)).toBe(true);
});

test('files can be dropped and pasted', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter(held.stage.newcomer());
  await surat.write({ subject: 'Jatuh' });

  for (const [kind, name] of [['drop', 'jatuh.txt'], ['paste', 'tempel.txt']] as const) {
    await surat.field('Message text').evaluate(
      (field, { kind, name }) => {
        const data = new DataTransfer();
        data.items.add(new File(['isi'], name, { type: 'text/plain' }));
        const init = { bubbles: true, cancelable: true };
        field.dispatchEvent(kind === 'drop' ? new DragEvent('drop', { ...init, dataTransfer: data }) : new ClipboardEvent('paste', { ...init, clipboardData: data }));
      },
      { kind, name },
    );
    await expect(surat.composer).toContainText(name);
  }
});

test('a draft is saved as one types, and opened again from Drafts', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter(held.stage.newcomer());
  await surat.write({ to: 'budi@surat.test', subject: 'Setengah jadi', text: 'Awal' });
  await expect(surat.notice('Draft saved')).toBeVisible();
  await surat.field('Message text').fill('Awal dan akhir');
  await surat.field('To').fill('cit');
  await page.waitForTimeout(4_000);

  await page.reload();
  await surat.openFolder('Drafts');
  await expect(surat.messages).toHaveAttribute('aria-rowcount', '1');
  await surat.row('Setengah jadi').click();

  await expect(surat.field('Message text')).toHaveValue('Awal dan akhir');
  await expect(surat.field('Subject')).toHaveValue('Setengah jadi');
  await expect(surat.button('Remove cit')).toBeVisible();
});

test('a discarded draft is gone', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter(held.stage.newcomer());
  await surat.write({ subject: 'Batal', text: 'Tidak jadi' });
  await expect(surat.notice('Draft saved')).toBeVisible();

  await surat.composer.getByRole('button', { name: 'Discard draft' }).click();
  const question = page.getByRole('dialog', { name: /discard/i });
  if (await question.isVisible()) await question.getByRole('button', { name: 'Discard' }).click();
  await expect(surat.composer).toHaveCount(0);

  await surat.openFolder('Drafts');
  await expect(surat.messages).toHaveAttribute('aria-rowcount', '0');
});

test('an address that cannot be one is said before anything is sent', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter(held.stage.newcomer());
  await surat.write({ to: 'bukan alamat', subject: 'Salah', text: 'x' });

  await surat.send();

  await expect(surat.composer.getByRole('alert')).toContainText('bukan alamat');
  await expect(surat.composer).toBeVisible();
});

test('a refused recipient is named, and the draft is kept', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  await surat.enter(me);
  await surat.write({ to: `${me}, tidak-ada@surat.test`, subject: 'Ditolak', text: 'Tetap di sini' });

  await surat.send();

  await expect(surat.composer.getByRole('alert')).toContainText('tidak-ada@surat.test');
  await expect(surat.field('Message text')).toHaveValue('Tetap di sini');
  await expect(surat.messages).toHaveAttribute('aria-rowcount', '0');
  await surat.openFolder('Drafts');
  await expect(surat.row('Ditolak')).toBeVisible();
});

test('a message that is too large is refused with the limit, and kept', async ({ page }) => {
  test.setTimeout(120_000);
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  await surat.enter(me);
  await surat.write({ to: me, subject: 'Kebesaran', text: 'x' });
  await surat.composer.getByLabel('Attach files').setInputFiles({ name: 'besar.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(49 * 1024 * 1024, 7) });
  await surat.send();

  await expect(surat.composer.getByRole('alert').first()).toContainText(/MB/, { timeout: 60_000 });
  await expect(surat.field('Subject')).toHaveValue('Kebesaran');
});
