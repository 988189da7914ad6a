// The bench is only as good as its clock: it is tried on a page whose times are known.
import { expect, test } from '@playwright/test';
import { install } from '../bench/clock.mjs';

const PAGE = `<!doctype html><button>Go</button>
  <div role="grid" aria-label="Messages" aria-rowcount="1" style="height: 20px">
    <div role="row" aria-rowindex="1" style="height: 20px"></div>
  </div>
  <script>
    const frame = () => new Promise(requestAnimationFrame);
    document.querySelector('button').onclick = async (event) => {
      // A moment for the change, in a frame of its own, as a view has it that follows its scroll bar.
      await new Promise((resolve) => setTimeout(resolve, 100));
      await frame();
      document.querySelector('[role=row]').setAttribute('aria-label', 'Halo');
      window.changed = performance.now() - event.timeStamp;
      for (let frames = 0; frames < 3; frames += 1) await frame();
      window.late = performance.now() - event.timeStamp;
    };
  </script>`;

test('the clock runs from the press to the frame that shows the change, and no further', async ({ page }) => {
  await page.route('http://clock.test/', (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
  await page.addInitScript(install);
  await page.goto('http://clock.test/');
  await page.evaluate(() => (window as any).bench.begin({ event: 'click', moments: { first: ['placeholder', 1], painted: ['rows', 1] } }));

  await page.getByRole('button').click();

  const times = await page.evaluate(async () => ({ ...(await (window as any).bench.outcome), changed: (window as any).changed }));
  await page.waitForFunction(() => (window as any).late);
  const late = await page.evaluate(() => (window as any).late);
  expect(times.changed).toBeGreaterThan(100);
  expect(times.first).toBeLessThan(times.changed);
  expect(times.painted).toBeGreaterThanOrEqual(times.changed);
  expect(times.painted).toBeLessThan(late);
});

test('what is not seen in time is told', async ({ page }) => {
  await page.route('http://clock.test/', (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
  await page.addInitScript(install);
  await page.goto('http://clock.test/');

  const outcome = page.evaluate(() => {
    (window as any).bench.begin({ event: 'now', moments: { painted: ['rows', 1] }, patience: 300 });
    return (window as any).bench.outcome;
  });

  await expect(outcome).rejects.toThrow(/not seen in time.*rows/);
});

test('what is measured right after something else is seen as well', async ({ page }) => {
  await page.route('http://clock.test/', (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
  await page.addInitScript(install);
  await page.goto('http://clock.test/');

  const seen = page.evaluate(async () => {
    const { bench } = window as any;
    for (let times = 0; times < 3; times += 1) {
      bench.begin({ event: 'now', moments: { painted: ['placeholder', 1] }, patience: 1_000 });
      await bench.outcome;
    }
    return true;
  });

  expect(await seen).toBe(true);
});
