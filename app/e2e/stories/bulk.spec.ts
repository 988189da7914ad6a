// Thousands of messages at once: gone at once, with progress, a way to stop and a way back.
import { expect, test } from '@playwright/test';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage(['--messages', '6000']);
test.setTimeout(120_000);

test('all of a mailbox can be moved, stopped, moved and brought back', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter('ayu@surat.test');
  const count = async () => Number(await surat.messages.getAttribute('aria-rowcount'));
  const all = await count();
  expect(all).toBeGreaterThanOrEqual(6000);
  const archiveAll = async () => {
    await surat.messages.focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('e');
    await expect.poll(count).toBe(0);
  };

  await archiveAll();
  await expect(page.getByText(/^[\d,]+ of [\d,]+$/)).toBeVisible();
  await surat.button('Cancel').click();

  // What was moved is moved, the rest is back, and the notice tells of what was moved.
  await expect.poll(count).toBeGreaterThan(0);
  await expect(surat.button('Cancel')).toHaveCount(0);
  await page.waitForTimeout(1_000);
  const left = await count();
  expect(left).toBeLessThan(all);
  const notice = surat.notice(/messages archived/);
  expect((await notice.textContent())?.replace(/\D/g, '')).toBe(String(all - left));
  await surat.openFolder('Archive');
  await expect(surat.messages).toHaveAttribute('aria-busy', 'false');
  const archived = await count();
  expect(archived).toBeGreaterThanOrEqual(all - left);

  // Just that can be brought back.
  await surat.openFolder('Inbox');
  await surat.button('Undo').click();
  await expect.poll(count, { timeout: 60_000 }).toBe(all);
  await expect(surat.button('Undo')).toHaveCount(0);
  await surat.openFolder('Archive');
  await expect.poll(count).toBe(archived - (all - left));

  await surat.openFolder('Inbox');
  await expect.poll(count).toBe(all);
  await archiveAll();
  await expect(page.getByText(/^[\d,]+ of [\d,]+$/)).toHaveCount(0, { timeout: 60_000 });
  await surat.button('Undo').click();
  await expect.poll(count, { timeout: 60_000 }).toBe(all);
  await surat.openFolder('Archive');
  await expect.poll(count).toBe(archived - (all - left));
});
