// A search in the text that is left with Escape while the server is still busy with it, and the message that is opened
// right after it, beside the same opening without a search before it.

/** Seen without scrolling, and not next to what is open: nothing of it was fetched ahead. */
const ROW = 8;

/** By then the server works at nothing else. */
const WORKING_MS = 500;

export async function cancel_search(desk, { words }) {
  await desk.visit('/');
  const usual_open = await desk.openRow(desk.row(ROW));
  await desk.visit('/');
  const box = desk.page.getByRole('searchbox', { name: 'Search mail' });
  await box.fill(words);
  await box.press('Enter');
  await desk.page.waitForFunction(() => location.pathname.startsWith('/search/'));
  await desk.page.waitForTimeout(WORKING_MS);
  const isBusy = (await desk.grid.getAttribute('aria-busy')) === 'true';
  const rows = await desk.measure({ event: 'keydown', moments: { painted: ['listing'] } }, () => box.press('Escape'));
  const next_open = await desk.openRow(desk.row(ROW));
  await desk.settle();
  return isBusy ? { rows, next_open, usual_open } : { rows: null, next_open: null, usual_open };
}
