// One function per step of the bench. Each makes ready, acts once as a person would, and gives what the clock said:
// `painted` (ms from the event to the frame that shows its result), where there is one `first` (ms to the first sign
// of it) and `answered` (ms to the server's answer), and octets over the socket.
import { Buffer } from 'node:buffer';
import { cancel_search } from './cancel.mjs';
import { keep_for_offline, leave_offline, offline_start } from './offline.mjs';
import { openings, prepare_openings } from './openings.mjs';

const ATTACHED = Buffer.alloc(1_000_000, 'surat besar ');

/** A different row for each run, far from the one before and from the newest, which are fetched at once. */
const far = (run, count) => Math.min(count, 100 + (Math.round((run + 1) * 0.618034 * count) % Math.max(1, count - 100)));

export const STEPS = {
  sign_in, reload, open, switch_folder, scroll, flag, delete: remove, move, send, new_mail, search_subject: search, search_text: search,
  footprint, check_rows, keep_for_offline, offline_start, leave_offline, cancel_search, prepare_openings, openings,
};

async function sign_in(desk) {
  const button = await desk.fillIn();
  const visit = await desk.page.evaluate(transferred);
  const outcome = await desk.measure({ event: 'click', moments: { painted: ['rows', 1] } }, () => button.click());
  await desk.settle();
  const after = await desk.page.evaluate(transferred);
  return { ...outcome, visit: { octets: after.octets + outcome.received + outcome.sent, requests: after.requests + 1 }, form: visit };
}

/** What the page has loaded by HTTP, in octets with headers. */
function transferred() {
  const loads = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  return { octets: loads.reduce((sum, load) => sum + load.transferSize, 0), requests: loads.filter((load) => load.transferSize > 0).length };
}

async function reload(desk, { state, run }) {
  const keeps = state === 'kept';
  await desk.stay('/', keeps);
  if (run === 0) await desk.untilKept();
  await desk.page.reload();
  const outcome = await desk.page.evaluate(() => window.bench.outcome);
  await desk.settle();
  return outcome;
}

async function open(desk, { state, run, messages }) {
  if (run === 0) await desk.visit('/');
  const index = state === 'kept' ? far(0, messages) : far(run, messages);
  await desk.jump(index);
  await desk.settle();
  const row = desk.row(index);
  if (state === 'kept') {
    if (run === 0) await openRow(desk, row);
    await openRow(desk, desk.row(index > 1 ? index - 1 : 2));
  }
  return openRow(desk, row);
}

async function openRow(desk, row) {
  const outcome = await desk.openRow(row);
  await desk.settle();
  return outcome;
}

async function switch_folder(desk, { state }) {
  if (state === 'cold') await desk.visit('/mail/Archive');
  else await changeFolder(desk, 'Archive');
  return changeFolder(desk, 'Inbox');
}

async function changeFolder(desk, name) {
  await desk.enter();
  const before = await desk.see('firstName');
  const outcome = await desk.measure({ event: 'click', moments: { painted: ['folder', name, before] } }, () => desk.folder(name).click());
  await desk.settle();
  return outcome;
}

async function scroll(desk, { state, run, messages }) {
  // A fresh page for each cold run: a small mailbox would soon be fetched as a whole.
  if (run === 0 || state === 'cold') await desk.visit('/');
  const index = state === 'kept' ? far(0, messages) : far(run, messages);
  if (state === 'kept') {
    await desk.jump(index);
    await desk.settle();
    await desk.jump(1);
    await desk.settle();
  }
  const outcome = await desk.jump(index);
  await desk.settle();
  return outcome;
}

/** What rows say that stand at these places, to be compared with what the server says. */
async function check_rows(desk, { places }) {
  await desk.visit('/');
  const rows = [];
  for (const index of places) {
    await desk.jump(index);
    const shown = await desk.grid.evaluate((grid) => [...grid.querySelectorAll('[role=row]')].map((row) => [Number(row.getAttribute('aria-rowindex')), row.getAttribute('aria-label') ?? '']));
    rows.push(...shown);
  }
  return { rows };
}

/** A row near the top, chosen by the keyboard, without opening it. */
async function choose(desk, run) {
  if (run === 0) await desk.visit('/');
  await desk.grid.focus();
  if (!(await desk.grid.getAttribute('aria-activedescendant'))) await desk.page.keyboard.press('j');
  const id = await desk.grid.getAttribute('aria-activedescendant');
  return { id, name: await desk.page.locator(`[id="${id}"]`).getAttribute('aria-label') };
}

async function flag(desk, { run }) {
  const outcome = await toggle(desk, run);
  await desk.quiet();
  return outcome;
}

async function toggle(desk, run) {
  const { id, name } = await choose(desk, run);
  return desk.measure({ event: 'keydown', answered: true, moments: { painted: ['renamed', id, name] } }, () => desk.page.keyboard.press('s'));
}

async function remove(desk, { run }) {
  const { id } = await choose(desk, run);
  const outcome = await desk.measure({ event: 'keydown', answered: true, moments: { painted: ['gone', id] } }, () => desk.page.keyboard.press('#'));
  await undo(desk);
  return outcome;
}

async function move(desk, { run }) {
  const { id } = await choose(desk, run);
  await desk.page.keyboard.press('v');
  const archive = desk.page.getByRole('dialog').getByRole('option', { name: /^Archive/ });
  const outcome = await desk.measure({ event: 'click', answered: true, moments: { painted: ['gone', id] } }, () => archive.click());
  await undo(desk);
  return outcome;
}

/**
 * Brings back what was moved, so that mailboxes keep their size. The proxy's working connection has the other folder
 * selected then; a flag, set and taken away, lets it select this one again and take in what has changed, as the bare
 * session does.
 */
async function undo(desk) {
  const before = await desk.see('count');
  await desk.page.getByRole('button', { name: 'Undo' }).click();
  await desk.page.waitForFunction((before) => window.bench.seen.count() > before, before);
  await desk.settle();
  for (let times = 0; times < 2; times += 1) await toggle(desk);
  await desk.quiet();
}

async function send(desk, { run }) {
  if (run === 0) await desk.visit('/');
  const { page } = desk;
  await page.getByRole('button', { name: 'New message' }).click();
  const composer = page.getByRole('dialog', { name: 'New message' });
  await composer.getByLabel('To', { exact: true }).fill('budi@surat.test');
  await composer.getByLabel('Subject', { exact: true }).fill(`Satu megabita ${run}`);
  await composer.getByLabel('Attach files').setInputFiles({ name: 'besar.bin', mimeType: 'application/octet-stream', buffer: ATTACHED });
  await composer.getByRole('list', { name: 'Attached files' }).getByRole('listitem').waitFor();
  await composer.getByRole('progressbar').waitFor({ state: 'detached' });
  await page.waitForFunction(() => !window.bench.seen.notice('Message sent'));
  const button = composer.getByRole('button', { name: 'Send', exact: true });
  const outcome = await desk.measure({ event: 'click', moments: { painted: ['notice', 'Message sent'] } }, () => button.click());
  await page.waitForTimeout(500);
  return outcome;
}

/** Says when it is ready; the message is delivered then. `painted` counts from that, `ended_at` is by the wall clock. */
async function new_mail(desk, { run, subject }, say) {
  if (run === 0) await desk.visit('/');
  const outcome = await desk.measure({ event: 'now', moments: { painted: ['row', subject] } }, () => say({ ready: true }));
  await desk.settle();
  return outcome;
}

async function search(desk, { run, words }) {
  if (run === 0) await desk.visit('/');
  const before = await desk.see('count');
  const box = desk.page.getByRole('searchbox', { name: 'Search mail' });
  await box.fill(words);
  const outcome = await desk.measure({ event: 'keydown', moments: { painted: ['hits', before] } }, () => box.press('Enter'));
  await desk.page.waitForFunction(() => document.querySelector('[role=grid][aria-label="Messages"]')?.getAttribute('aria-busy') === 'false');
  await box.press('Escape');
  await desk.page.waitForFunction(() => !location.pathname.startsWith('/search/') && window.bench.seen.rows(1));
  await desk.settle();
  return outcome;
}

/** What the page weighs after scrolling from one end to the other, and whether that ever held it up. */
async function footprint(desk) {
  await desk.visit('/');
  await desk.page.evaluate(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((task) => task.duration))).observe({ type: 'longtask' });
  });
  await desk.grid.evaluate(async (grid) => {
    const end = grid.scrollHeight - grid.clientHeight;
    const frames = 300;
    for (let frame = 1; frame <= frames; frame += 1) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      grid.scrollTop = (end * frame) / frames;
    }
  });
  await desk.settle();
  const wire = await desk.page.context().newCDPSession(desk.page);
  await wire.send('HeapProfiler.enable');
  await wire.send('HeapProfiler.collectGarbage');
  await wire.send('Performance.enable');
  const { metrics } = await wire.send('Performance.getMetrics');
  const metric = (name) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  const tasks = await desk.page.evaluate(() => window.longTasks);
  await wire.detach();
  return {
    heap_octets: metric('JSHeapUsedSize'),
    elements: await desk.page.evaluate(() => document.querySelectorAll('*').length),
    long_tasks: tasks.length,
    longest_task_ms: Math.max(0, ...tasks),
    version: desk.browser.version(),
  };
}
