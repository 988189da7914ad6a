import { expect, test } from '@playwright/test';
import { plain } from '../support/mail';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();
test.setTimeout(90_000);

const patient = { timeout: 40_000 };

test('after kill -9 of the proxy during an action, the page comes back by itself and catches up', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  await held.stage.deliver(me, plain({ to: me, subject: 'Sebelum' }));
  await surat.enter(me);
  await surat.read('Sebelum');

  await held.stage.kill('proxy');
  await surat.act('Star').click();
  await expect(surat.notice('Reconnecting…')).toBeVisible(patient);
  await held.stage.deliver(me, plain({ to: me, subject: 'Selagi putus' }));
  await held.stage.launch('proxy');

  await expect(surat.notice('Reconnecting…')).toHaveCount(0, patient);
  await expect(surat.row('Selagi putus')).toBeVisible(patient);
  await expect(surat.message.getByRole('heading', { name: 'Sebelum' })).toBeVisible();
  await page.reload();
  await expect(surat.row('Selagi putus')).toBeVisible();
});

test('after kill -9 of Dovecot during an action, mail is read again without a reload', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  for (const subject of ['Satu', 'Dua']) await held.stage.deliver(me, plain({ to: me, subject }));
  await surat.enter(me);

  await held.stage.kill('dovecot');
  await surat.row('Satu').click();
  await held.stage.launch('dovecot');
  await held.stage.deliver(me, plain({ to: me, subject: 'Tiga' }));

  await expect(surat.row('Tiga')).toBeVisible(patient);
  await surat.read('Dua');
  await expect(surat.message).toContainText('Halo!');
});

test('after kill -9 of Postfix while sending, the draft is kept, and goes out once', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  await surat.enter(me);
  await surat.write({ to: me, subject: 'Sekali saja', text: 'Isi' });
  await held.stage.kill('postfix');

  await surat.send();
  await expect(surat.composer.getByRole('alert').first()).toContainText(/kept|server/i, patient);
  await expect(surat.field('Message text')).toHaveValue('Isi');

  await held.stage.launch('postfix');
  await surat.send();
  await expect(surat.notice('Message sent')).toBeVisible(patient);
  await expect(surat.row('Sekali saja')).toBeVisible(patient);
  await expect(surat.messages).toHaveAttribute('aria-rowcount', '1');
  await surat.openFolder('Sent');
  await expect(surat.messages).toHaveAttribute('aria-rowcount', '1');
  await surat.openFolder('Drafts');
  await expect(surat.messages).toHaveAttribute('aria-rowcount', '0');
});

test('what is being written survives the loss of the proxy', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const me = held.stage.newcomer();
  await surat.enter(me);
  await surat.write({ to: me, subject: 'Bertahan', text: 'Awal' });
  await held.stage.kill('proxy');
  await surat.field('Message text').fill('Awal, lalu putus');
  await page.waitForTimeout(3_000);
  await held.stage.launch('proxy');
  await expect(surat.notice('Reconnecting…')).toHaveCount(0, patient);

  await surat.send();

  await expect(surat.notice('Message sent')).toBeVisible(patient);
  await surat.read('Bertahan');
  await expect(surat.message).toContainText('Awal, lalu putus');
});

test('without a network the page says so quietly, and keeps what is shown', async ({ page, context }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter('ayu@surat.test');
  await expect(surat.messages.getByRole('row').first()).toBeVisible();
  await held.stage.kill('proxy');
  await context.setOffline(true);

  await expect(surat.notice('Reconnecting…')).toBeVisible(patient);
  await expect(surat.messages.getByRole('row').first()).toBeVisible();

  await context.setOffline(false);
  await held.stage.launch('proxy');
  await expect(surat.notice('Reconnecting…')).toHaveCount(0, patient);
});
