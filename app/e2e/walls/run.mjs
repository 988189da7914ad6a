// Shows payloads in the app, in Chromium, with all walls up and with each taken away, and tells what got through as one
// JSON object on stdout. Started by `cargo xtask walls`, with the address of the proxy and the file of payloads.
import { chromium } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { LAUNCH } from '../support/chromium.mjs';
import { Tab } from './tab.mjs';

const [url, file] = process.argv.slice(2);
const TABS = 8;
const FAULTS = 200;
const WALLS = [
  { walls: 'all' },
  { walls: 'no-sanitizer', isRaw: true },
  { walls: 'no-sandbox', hasNoSandbox: true },
  { walls: 'no-csp', bypassCSP: true },
];
/** Without any wall something must get through, or nothing here would be noticed. */
const CONTROL = { walls: 'none', isRaw: true, hasNoSandbox: true, bypassCSP: true };
const CONTROL_PAYLOADS = 200;
const KINDS = ['scripts', 'requests', 'navigations', 'submissions', 'outside'];

const [harmless, ...payloads] = (await readFile(file, 'utf8')).split('\n').filter(Boolean).map((line) => JSON.parse(line));
const report = { rows: [], faults: [] };
const browser = await chromium.launch(LAUNCH);

async function show(setup, payloads, faults) {
  const row = { walls: setup.walls, payloads: 0, ...Object.fromEntries(KINDS.map((kind) => [kind, 0])) };
  const fault = (kind, id, what) => {
    row[kind] += 1;
    if (faults.length < FAULTS) faults.push(`${setup.walls}, ${kind}: ${id}: ${String(what).slice(0, 160)}`);
  };
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1000, height: 600 }, serviceWorkers: 'block', bypassCSP: setup.bypassCSP });
  const queue = payloads.values();
  const work = async (tab) => {
    for (const { id, washed, raw } of queue) {
      await tab.show(id, setup.isRaw ? raw : washed);
      row.payloads += 1;
      if (row.payloads % 500 === 0) process.stderr.write(`   ${setup.walls}: ${row.payloads} of ${payloads.length}\n`);
    }
    await tab.close();
  };
  // The first one signs in, for all of them.
  const open = () => Tab.open(context, url, setup, harmless.washed, fault);
  const first = await open();
  const others = Array.from({ length: Math.min(TABS, payloads.length) - 1 }, open);
  await Promise.all([first, ...others].map(async (tab) => work(await tab)));
  await context.close();
  return row;
}

const { scripts } = await show(CONTROL, payloads.slice(0, CONTROL_PAYLOADS), []);
if (scripts === 0) throw new Error('no script was noticed although all walls were down');
process.stderr.write(`   with all walls down ${scripts} scripts of ${Math.min(CONTROL_PAYLOADS, payloads.length)} payloads were noticed\n`);
for (const setup of WALLS) report.rows.push(await show(setup, payloads, report.faults));
await browser.close();
process.stdout.write(`${JSON.stringify(report)}\n`);
