import { expect, test } from '@playwright/test';
import { expectAccessible } from '../support/axe';
import { plain } from '../support/mail';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();
test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

test('one pane at a time: list, message, and back by the browser', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter('ayu@surat.test');
  await expectAccessible(page, 'list on a phone');

  await surat.messages.getByRole('row').first().click();
  await expect(surat.message).toBeVisible();
  await expect(surat.messages).toBeHidden();
  await expectAccessible(page, 'message on a phone');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);

  await page.goBack();
  await expect(surat.messages).toBeVisible();
  await expect(surat.message).toBeHidden();
});

test('a message is written and sent', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  await surat.enter(me);

  await surat.write({ to: me, subject: 'Dari ponsel', text: 'Pendek' });
  await expectAccessible(page, 'composer on a phone');
  await surat.send();

  await expect(surat.row('Dari ponsel')).toBeVisible();
});

test('what a thumb touches is at least 44 px', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  await held.stage.deliver(me, plain({ to: me, subject: 'Jempol' }));
  await surat.enter(me);
  await surat.row('Jempol').click();
  await expect(surat.message).toBeVisible();

  for (const name of ['Reply', 'Archive', 'Delete']) {
    const box = await page.getByRole('button', { name, exact: true }).first().boundingBox();
    expect(box!.height, name).toBeGreaterThanOrEqual(44);
    expect(box!.width, name).toBeGreaterThanOrEqual(44);
  }
});
