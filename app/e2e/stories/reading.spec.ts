import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { expectAccessible } from '../support/axe';
import { html, multipart, plain, RED_PIXEL } from '../support/mail';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();

async function opened(surat: Surat, eml: string, subject: string) {
  const me = held.stage.newcomer();
  await held.stage.deliver(me, eml);
  await surat.enter(me);
  return surat.read(subject);
}

const body = (surat: Surat) => surat.message.getByLabel('Message body').or(surat.page.getByTitle('Message body'));

test('plain text has links, and its quotes are folded', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const text = 'Lihat https://surat.test/jalan?a=1&b=2. Ya?\r\n\r\n> kutipan lama\r\n> baris dua\r\n';
  await opened(surat, plain({ subject: 'Tautan', text }), 'Tautan');

  const link = body(surat).getByRole('link');
  await expect(link).toHaveAttribute('href', 'https://surat.test/jalan?a=1&b=2');
  await expect(link).toHaveAttribute('rel', /noopener/);
  await expect(page.getByText('kutipan lama')).toBeHidden();

  await surat.message.getByRole('button', { name: /quote/i }).click();
  await expect(page.getByText('kutipan lama')).toBeVisible();
});

test('text that looks like markup stays text', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const text = '<img src=x onerror="document.title=1"> <b>tebal</b> javascript:alert(1)';
  await opened(surat, plain({ subject: '<script>document.title=2</script>', text }), '<script>document.title=2</script>');

  await expect(body(surat)).toContainText('<b>tebal</b>');
  await expect(body(surat).getByRole('link')).toHaveCount(0);
  await expect(page).not.toHaveTitle(/^[12]$/);
});

test('HTML is shown in a frame that can run nothing', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const hostile = '<h1 style="color:green">Salam</h1><script>top.document.title="lolos"</script><img src=x onerror="top.document.title=\'lolos\'"><a href="javascript:alert(1)">klik</a><form action="https://jahat.test"><input name=q></form>';
  await opened(surat, html('Bergaya', hostile), 'Bergaya');

  await expect(surat.frame.getByRole('heading', { name: 'Salam' })).toBeVisible();
  const sandbox = await page.locator('iframe[title="Message body"]').getAttribute('sandbox');
  expect(sandbox).not.toBeNull();
  expect(sandbox).not.toContain('allow-scripts');
  await expect(surat.frame.locator('script, form, input')).toHaveCount(0);
  await expect(surat.frame.locator('a[href^="javascript"]')).toHaveCount(0);
  await expect(page).not.toHaveTitle('lolos');
});

test('a link to a place in the message goes there, and no link leads into the app', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const long = '<a href="#akhir">Ke akhir</a><p style="height:3000px">isi</p><h2 id="akhir">Bagian akhir</h2>';
  await opened(surat, html('Daftar isi', long), 'Daftar isi');

  await surat.frame.getByRole('link', { name: 'Ke akhir' }).click();
  await expect(surat.frame.getByRole('heading', { name: 'Bagian akhir' })).toBeInViewport();

  // As if it had not been washed.
  const asked: string[] = [];
  // The app's own worker may be loaded meanwhile.
  page.on('response', (response) => /\/mail\/|\?m$/.test(response.url()) && asked.push(response.url()));
  await surat.frame.locator('body').evaluate((body) => {
    const make = (name: string, attributes: object, text = '') => Object.assign(body.ownerDocument.createElement(name), attributes, { textContent: text });
    body.replaceChildren(
      make('a', { href: '/mail/INBOX' }, 'Lain'),
      make('a', { href: 'javascript:1', target: '_blank' }, 'Jahat'),
      make('img', { src: '/favicon.svg?m' }),
      make('p', {}, 'tetap'),
    );
  });
  await surat.frame.getByRole('link', { name: 'Lain' }).click();
  await surat.frame.getByRole('link', { name: 'Jahat' }).click();
  await expect(surat.frame.getByText('tetap')).toBeVisible();
  expect(asked).toEqual([]);
  expect(page.context().pages()).toHaveLength(1);
});

test('one frame serves all messages, and nothing is left of the one before', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  await held.stage.deliver(me, html('Pertama', '<style>p { color: red }</style><p>Isi pertama</p>'));
  await held.stage.deliver(me, html('Kedua', '<meta http-equiv="Content-Security-Policy" content="img-src *"><p>Isi kedua</p>'));
  await held.stage.deliver(me, plain({ to: me, subject: 'Ketiga' }));
  await surat.enter(me);
  const frame = page.locator('article iframe');

  await surat.read('Pertama');
  await expect(surat.frame.getByText('Isi pertama')).toBeVisible();
  await frame.evaluate((frame) => frame.setAttribute('data-marked', ''));
  await surat.read('Kedua');
  await expect(surat.frame.getByText('Isi kedua')).toBeVisible();
  await expect(frame).toHaveAttribute('data-marked');
  await expect(surat.frame.getByText('Isi pertama')).toHaveCount(0);
  await expect(surat.frame.locator('meta')).toHaveCount(0);

  // Whatever led it elsewhere, the next message is there again.
  await frame.evaluate((frame: HTMLIFrameElement) => frame.contentWindow?.location.replace('about:blank'));
  await surat.read('Pertama');
  await expect(surat.frame.getByText('Isi pertama')).toBeVisible();

  await surat.read('Ketiga');
  await expect(surat.message.getByLabel('Message body')).toContainText('Halo!');
  await expect(frame).toBeHidden();
  expect(await frame.evaluate((frame: HTMLIFrameElement) => frame.contentDocument?.body.innerHTML)).toBe('');
});

test('remote images wait for "Show images", and no request leaves before or after', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const foreign: string[] = [];
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith('http') && host !== new URL(held.stage.url).host) foreign.push(request.url());
  });
  const me = held.stage.newcomer();
  const letter = html('Gambar', '<p>Lihat:</p><img src="https://images.example.invalid/a.png" width=20 height=20>');
  await held.stage.deliver(me, letter);
  await surat.enter(me);
  await surat.read('Gambar');
  await expect(surat.frame.getByText('Lihat:')).toBeVisible();
  await expect(surat.frame.locator('img[src^="http"], img[src*="/api/image"]')).toHaveCount(0);

  await surat.act('Show images').click();

  await expect(surat.frame.locator('img[src*="/api/image"]')).toHaveCount(1);
  await expect(surat.act('Show images')).toHaveCount(0);
  expect(foreign).toEqual([]);
});

test('what was left out of a message is told, and trackers stay out', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  const pixel = '<img src="https://images.example.invalid/open.gif" width=1 height=1>';
  const image = '<img src="https://images.example.invalid/a.png" width=20 height=20>';
  const form = '<form action="https://survey.example.invalid"><input name=a><p>Isilah</p></form>';
  await held.stage.deliver(me, html('Survei', `${image}${pixel}${pixel}${form}`));
  await surat.enter(me);
  await surat.read('Survei');
  await expect(surat.frame.getByText('Isilah')).toBeVisible();
  await expect(surat.message).toContainText('A remote image was not loaded');
  await expect(surat.message).toContainText('2 trackers blocked. A script or form was removed.');

  await surat.act('Show images').click();

  await expect(surat.frame.locator('img[src*="/api/image"]')).toHaveCount(1);
  await expect(surat.message).toContainText('2 trackers blocked.');
  await expect(surat.message).not.toContainText('A remote image was not loaded');
});

test('"Always from this sender" is remembered', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  for (const subject of ['Kabar 1', 'Kabar 2']) {
    await held.stage.deliver(me, html(subject, '<img src="https://images.example.invalid/a.png" width=20 height=20>'));
  }
  await surat.enter(me);
  await surat.read('Kabar 1');
  await surat.act('Always from this sender').click();

  await surat.read('Kabar 2');

  await expect(surat.frame.locator('img[src*="/api/image"]')).toHaveCount(1);
  await expect(surat.act('Show images')).toHaveCount(0);
});

test('pictures that come with the message are shown', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const eml = multipart(
    'Potret',
    [
      { type: 'text/html; charset=utf-8', body: '<p>Ini:</p><img src="cid:potret@surat.test" alt="potret" width=16 height=16>' },
      { type: 'image/png', id: 'potret@surat.test', body: RED_PIXEL },
    ],
    'related',
  );
  await opened(surat, eml, 'Potret');

  const picture = surat.frame.getByAltText('potret');
  await expect(picture).toBeVisible();
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
});

test('all headers, the source and the .eml are one click away', async ({ page, context }) => {
  const surat = new Surat(page, held.stage);
  await opened(surat, plain({ subject: 'Selidik', headers: ['X-Story: jejak'] }), 'Selidik');
  const more = async (item: string) => {
    await surat.message.getByRole('button', { name: 'More' }).click();
    return page.getByRole('menuitem', { name: item });
  };

  await (await more('All headers')).click();
  await expect(page.getByRole('dialog')).toContainText('X-Story');
  await expect(page.getByRole('dialog')).toContainText('jejak');
  await page.keyboard.press('Escape');

  const window = context.waitForEvent('page');
  await (await more('Source')).click();
  await expect((await window).locator('body')).toContainText('X-Story: jejak');

  const file = page.waitForEvent('download');
  await (await more('Download')).click();
  expect((await file).suggestedFilename()).toMatch(/\.eml$/);
  expect(await readFile(await (await file).path(), 'utf8')).toContain('X-Story: jejak');
});

test('attachments have a link each, are downloaded whole and previewed', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const octets = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 31) % 251));
  await opened(
    surat,
    multipart('Berkas', [
      { type: 'text/plain; charset=utf-8', body: 'Terlampir.' },
      { type: 'application/octet-stream', name: '../../data.bin', body: octets },
      { type: 'image/png', name: 'merah.png', body: RED_PIXEL },
      { type: 'text/plain; charset=utf-8', name: 'catatan.txt', body: 'isi catatan <b>' },
    ]),
    'Berkas',
  );
  const list = surat.message.getByRole('list', { name: 'Attachments' });
  await expect(list.getByRole('listitem')).toHaveCount(3);
  await expect(list.getByRole('link', { name: /data\.bin/ })).toBeVisible();
  await expectAccessible(page, 'message with attachments');

  const file = page.waitForEvent('download');
  await list.getByRole('link', { name: /data\.bin/ }).click();
  expect((await file).suggestedFilename()).not.toMatch(/[/\\]/);
  expect((await readFile(await (await file).path())).equals(octets)).toBe(true);

  await list.getByRole('button', { name: /preview.*catatan/i }).click();
  await expect(page.getByRole('dialog')).toContainText('isi catatan <b>');
  await page.keyboard.press('Escape');

  await list.getByRole('button', { name: /preview.*merah/i }).click();
  await expect.poll(() => page.getByRole('dialog').locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
});

test('a 200 MB attachment is downloaded as a stream', async ({ page }) => {
  test.setTimeout(240_000);
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  const big = Buffer.alloc(200 * 1024 * 1024, 'surat besar ');
  await held.stage.deliver(me, multipart('Besar', [{ type: 'text/plain', body: 'Ini besar.' }, { type: 'application/zip', name: 'besar.zip', body: big }]));
  await surat.enter(me);
  await surat.read('Besar');
  const before = await held.stage.memory();

  const file = page.waitForEvent('download');
  await surat.message.getByRole('link', { name: /besar\.zip/ }).click();
  const octets = await readFile(await (await file).path());

  expect(octets.equals(big)).toBe(true);
  const grown = (await held.stage.memory()).peak_octets - before.rss_octets;
  expect(grown).toBeLessThan(16 * 1024 * 1024);
});

test('a damaged message shows what can be shown, and says what is damaged', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const damaged = plain({ subject: 'Rusak' })
    .replace('charset=utf-8', 'charset=x-tidak-ada')
    .replace('Halo!', 'Tetap terbaca');
  await opened(surat, damaged, 'Rusak');

  await expect(body(surat)).toContainText('Tetap terbaca');
  await expect(surat.message.getByText(/x-tidak-ada/)).toBeVisible();
});
