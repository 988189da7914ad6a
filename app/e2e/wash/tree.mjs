// Has Chromium read washed documents, and tells as one JSON object on stdout which of them became another tree than was
// meant. Started by `cargo xtask wash`, with the file of documents and outlines.
import { chromium } from '@playwright/test';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { LAUNCH } from '../support/chromium.mjs';
import { differences } from './inside.mjs';
import { SANDBOX, SHELL } from './shell.mjs';

const [file] = process.argv.slice(2);
const TABS = 2;
/** Documents, and their octets, that are handed over at once. */
const BATCH = 100;
const BATCH_OCTETS = 4 << 20;
const FAULTS = 50;

const PAGE = `<!doctype html><title>wash</title><iframe id=shell sandbox="${SANDBOX}"></iframe><iframe id=loaded sandbox="${SANDBOX}"></iframe>`;

/** Closes the paragraph before the table, and puts the text before it: nothing is noticed if that is not. */
const CONTROL = {
  id: 'control',
  document: '<!doctype html><html><head><meta><meta><meta><meta><style></style></head><body><p><table>x</table></p></body></html>',
  outline: '0 <p>\n1 <table>\n2 "x"\n',
};
/** The ways in which each document is read. */
const WAYS = 3;

const browser = await chromium.launch(LAUNCH);
const context = await browser.newContext({ serviceWorkers: 'block' });

async function open() {
  const page = await context.newPage();
  await page.route('**', (route) => (route.request().url() === 'http://surat.test/' ? route.fulfill({ contentType: 'text/html', body: PAGE }) : route.abort()));
  await page.goto('http://surat.test/');
  await page.evaluate(async (shell) => {
    const frame = document.querySelector('#shell');
    const isLoaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    frame.srcdoc = shell;
    await isLoaded;
  }, SHELL);
  return page;
}

async function* batches() {
  let [batch, octets] = [[], 0];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    batch.push(JSON.parse(line));
    octets += line.length;
    if (batch.length === BATCH || octets > BATCH_OCTETS) {
      yield batch;
      [batch, octets] = [[], 0];
    }
  }
  if (batch.length > 0) yield batch;
}

const tabs = await Promise.all(Array.from({ length: TABS }, open));
const noticed = await tabs[0].evaluate(differences, [CONTROL]);
if (noticed.length !== WAYS) throw new Error(`another tree was not noticed: ${noticed}`);

const report = { documents: 0, mutations: 0, faults: [] };
const queue = batches();
const work = async (page) => {
  for (;;) {
    const { value: batch, done } = await queue.next();
    if (done) break;
    const faults = await page.evaluate(differences, batch);
    report.documents += batch.length;
    report.mutations += new Set(faults.map((fault) => fault.split(', ')[0])).size;
    report.faults.push(...faults.slice(0, FAULTS - report.faults.length));
    if (report.documents % 2000 < BATCH) process.stderr.write(`   ${report.documents} read\n`);
  }
};
await Promise.all(tabs.map(work));
await browser.close();
if (report.documents === 0) throw new Error('nothing was read');
process.stdout.write(`${JSON.stringify(report)}\n`);
