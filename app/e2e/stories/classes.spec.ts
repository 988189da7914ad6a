// Classes of holes that other webmails have had (docs/security-classes.md), as far as only a browser can tell.
import { expect, type Page, test } from '@playwright/test';
import { html, multipart, plain } from '../support/mail';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();

/** Text that would count itself if it ever became HTML. */
const HOSTILE = '"><img src=x onerror="window.hit=1"><svg/onload=window.hit=1>';

/** Waits a moment for whatever was to happen, and looks that nothing did. */
async function expectNothingRan(page: Page) {
  await page.waitForTimeout(300);
  expect(await page.evaluate(() => 'hit' in window)).toBe(false);
  // Our icons are `svg` and have a class; no element has these attributes.
  await expect(page.locator('[onerror], [onload], img[src="x"]')).toHaveCount(0);
}

test('class 07: whatever a message or a server says of itself is shown as text', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  const quoted = HOSTILE.replace(/"/g, '\\"');
  const headers = [`List-Id: <${HOSTILE}>`, `X-Evil: ${HOSTILE}`, `Reply-To: "${quoted}" <reply@jahat.test>`, `Cc: "${quoted}" <cc@jahat.test>`];
  await held.stage.deliver(me, plain({ from: `"${quoted}" <evil@jahat.test>`, subject: `Satu ${HOSTILE}`, text: HOSTILE, headers }));
  const file = { type: `text/plain; name="${quoted}"`, name: `${quoted}.txt`, body: HOSTILE };
  await held.stage.deliver(me, multipart(`Dua ${HOSTILE}`, [{ type: 'text/plain', body: 'lampiran' }, file]));

  await surat.enter(me);
  await expectNothingRan(page);
  await surat.read(`Satu ${HOSTILE}`);
  await expect(surat.message).toContainText('<img src=x');
  await expectNothingRan(page);
  await surat.read(`Dua ${HOSTILE}`);
  await expect(surat.message).toContainText('.txt');
  await expectNothingRan(page);

  // The server repeats the name of a folder that cannot be made, and lists one that can.
  await surat.button('New folder').click();
  await page.getByRole('dialog').getByRole('textbox').fill('<img src=x onerror=window.hit=1>');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await expect(surat.folders).toContainText('<img src=x onerror=window.hit=1>');
  await expectNothingRan(page);
});

test('class 27: a mailto link attaches nothing', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  const href = 'mailto:evil@jahat.test?subject=Halo&attach=/etc/passwd&attachment=/etc/passwd&body=isi&bcc=&x-evil=1';
  await held.stage.deliver(me, html('Undangan', `<a href="${href}">tulis</a>`));
  await surat.enter(me);
  await surat.read('Undangan');

  await page.frameLocator('iframe.body-frame').getByText('tulis').click();

  await expect(surat.field('Subject')).toHaveValue('Halo');
  await expect(page.getByText('passwd')).toHaveCount(0);
  await expect(page.getByRole('button', { name: /^Remove .*passwd/ })).toHaveCount(0);
});
