// No screen may have an accessibility violation that axe can find, in light or in dark.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

export async function expectAccessible(page: Page, screen: string) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // The frame holds a stranger's HTML: its faults are not the screen's.
    const { violations } = await new AxeBuilder({ page }).exclude('iframe[title="Message body"]').analyze();
    const found = violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html).slice(0, 3).join(' | ')}`);
    expect(found, `${screen}, ${colorScheme}`).toEqual([]);
  }
}
