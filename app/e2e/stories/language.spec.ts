import { expect, test } from '@playwright/test';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();

test.describe('in an Indonesian browser', () => {
  test.use({ locale: 'id-ID' });

  test('the page speaks Indonesian, and can be changed to English', async ({ page }) => {
    const surat = new Surat(page, held.stage);
    await surat.open();
    await page.getByRole('textbox', { name: 'Alamat email' }).fill('ayu@surat.test');
    await page.getByLabel('Kata sandi', { exact: true }).fill('surat');
    await page.getByRole('button', { name: 'Masuk' }).click();
    await expect(page.getByRole('button', { name: 'Pesan baru' })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'id');

    await page.getByRole('button', { name: 'Akun' }).click();
    await page.getByRole('menuitem', { name: 'Pengaturan' }).click();
    await page.getByRole('dialog').getByRole('combobox', { name: 'Bahasa' }).selectOption('en');

    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await page.keyboard.press('Escape');
    await expect(surat.button('New message')).toBeVisible();
    await page.reload();
    await expect(surat.button('New message')).toBeVisible();
  });
});

test('a page without its texts says so, and a language that cannot be had changes nothing', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await page.route('**/texts-*', (route) => route.abort());
  await page.goto(held.stage.url);
  await expect(page.getByText('Surat could not be loaded')).toBeVisible({ timeout: 15_000 });

  await page.unroute('**/texts-*');
  await surat.open();
  await page.route('**/texts-id-*', (route) => route.abort());
  await page.getByRole('combobox', { name: 'Language' }).selectOption('id');

  await expect(page.getByRole('alert').filter({ hasText: 'could not be loaded' })).toBeVisible();
  await expect(surat.button('Sign in')).toBeVisible();
});
