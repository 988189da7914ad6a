// Shows payloads in the app, in a browser, with all walls up and with each taken away, and tells what got through as one
// JSON object on stdout. Started by `cargo xtask walls`, with the address of the proxy, the file of payloads and the
// browser: `chromium` or `firefox`.
import { readFile } from 'node:fs/promises';

const [address, file, name] = process.argv.slice(2);
const url = new URL(address);
const { start } = await import(`./${name}.mjs`);
const TABS = 8;
const FAULTS = 200;
const WALLS = [
  { walls: 'all' },
  { walls: 'no-sanitizer', isRaw: true },
  { walls: 'no-sandbox', hasNoSandbox: true },
  { walls: 'no-csp', hasNoPolicy: true },
];
/** Without any wall something must get through, or nothing here would be noticed. */
const CONTROL = { walls: 'none', isRaw: true, hasNoSandbox: true, hasNoPolicy: true };
const CONTROL_PAYLOADS = 200;
const KINDS = ['scripts', 'requests', 'navigations', 'submissions', 'outside'];

const [nothing, ...payloads] = (await readFile(file, 'utf8')).split('\n').filter(Boolean).map((line) => JSON.parse(line));
const octets = (text) => new Uint8Array(Buffer.from(text, 'base64'));
const harmless = octets(nothing.washed);
const report = { rows: [], faults: [] };

async function show(setup, payloads, faults) {
  const row = { walls: setup.walls, payloads: 0, ...Object.fromEntries(KINDS.map((kind) => [kind, 0])) };
  const tell = (kind, id, what) => {
    row[kind] += 1;
    if (faults.length < FAULTS) faults.push(`${setup.walls}, ${kind}: ${id}: ${String(what).slice(0, 160)}`);
  };
  const browser = await start(setup, url);
  const queue = payloads.values();
  const work = async (tab) => {
    for (const { id, washed, raw } of queue) {
      await tab.show(id, octets(setup.isRaw ? raw : washed));
      row.payloads += 1;
      if (row.payloads % 500 === 0) process.stderr.write(`   ${setup.walls}: ${row.payloads} of ${payloads.length}\n`);
    }
    await tab.close();
  };
  // The first one signs in, for all of them.
  const open = () => browser.open({ url, setup, harmless, tell });
  const first = await open();
  const others = Array.from({ length: Math.min(TABS, payloads.length) - 1 }, open);
  await Promise.all([first, ...others].map(async (tab) => work(await tab)));
  await browser.close();
  return row;
}

const { scripts } = await show(CONTROL, payloads.slice(0, CONTROL_PAYLOADS), []);
if (scripts === 0) throw new Error('no script was noticed although all walls were down');
process.stderr.write(`   with all walls down ${scripts} scripts of ${Math.min(CONTROL_PAYLOADS, payloads.length)} payloads were noticed\n`);
for (const setup of WALLS) report.rows.push(await show(setup, payloads, report.faults));
process.stdout.write(`${JSON.stringify(report)}\n`);
