// Opens every message of the folder "Corpus" in Chromium, and tells what it saw as one JSON object on stdout.
// Started by `cargo xtask corpus`, with the address of the proxy and the number of messages as arguments.
import { chromium } from '@playwright/test';
import { LAUNCH } from '../support/chromium.mjs';
import { look } from './look.mjs';

const [url, wanted] = [process.argv[2], Number(process.argv[3])];
const origin = new URL(url);
const TABS = 3;
const PATIENCE = 20_000;

const report = { messages: 0, blank: 0, panics: 0, scripts: 0, foreign_requests: 0, faults: [] };
const fault = (kind, what) => {
  report[kind] += 1;
  if (report.faults.length < 200) report.faults.push(`${kind}: ${what}`);
};

/** A tab in which everything that must not happen is noticed. */
async function openTab(context) {
  const page = await context.newPage();
  const tab = { page, at: 'sign-in', broken: false };
  page.on('dialog', (dialog) => {
    fault('scripts', `${tab.at}: a dialog opened`);
    dialog.dismiss();
  });
  page.on('pageerror', (error) => {
    fault('panics', `${tab.at}: ${error.message.slice(0, 200)}`);
    tab.broken = true;
  });
  page.on('console', (line) => {
    const text = line.text();
    if (/panicked at|unreachable executed/.test(text)) {
      fault('panics', `${tab.at}: ${text.slice(0, 200)}`);
      tab.broken = true;
    } else if (/blocked script execution|refused to (execute|run)/i.test(text)) {
      fault('scripts', `${tab.at}: ${text.slice(0, 200)}`);
    }
  });
  return tab;
}

async function signIn({ page }) {
  await page.goto(url);
  await page.getByRole('textbox', { name: 'Email address' }).fill('ayu@surat.test');
  await page.getByLabel('Password', { exact: true }).fill('surat');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('grid', { name: 'Messages' }).waitFor();
}

/** UIDVALIDITY of the folder, from the address of its first message. */
async function openCorpus({ page }) {
  await page.goto(new URL('/mail/Corpus', url).href);
  const grid = page.getByRole('grid', { name: 'Messages' });
  await grid.getByRole('row').first().click();
  await page.waitForURL(/\/mail\/Corpus\/\d+\/\d+/);
  return page.url().match(/\/mail\/Corpus\/(\d+)\//)[1];
}

/** Opens messages one after the other as the back and forward buttons would, without loading the page again. */
async function readAll(tab, validity, uids) {
  for (const uid of uids) {
    tab.at = `UID ${uid}`;
    const path = `/mail/Corpus/${validity}/${uid}`;
    if (tab.broken) {
      tab.broken = false;
      await tab.page.goto(new URL(path, url).href);
    }
    const seen = await tab.page.evaluate(look, { path, patience: PATIENCE }).catch((error) => ({ blank: String(error) }));
    report.messages += 1;
    if (seen.blank) fault('blank', `UID ${uid}: ${seen.blank}`);
    if (seen.blank) tab.broken = true;
    for (const active of seen.active ?? []) fault('scripts', `UID ${uid}: ${active}`);
    if (report.messages % 100 === 0) process.stderr.write(`   ${report.messages} of ${wanted} messages opened\n`);
  }
}

const browser = await chromium.launch(LAUNCH);
const context = await browser.newContext({ locale: 'en-GB', serviceWorkers: 'block' });
context.on('request', (request) => {
  const { protocol, host } = new URL(request.url());
  if (/^(https?|wss?|ftp):$/.test(protocol) && host !== origin.host) fault('foreign_requests', request.url().slice(0, 200));
});

const tabs = await Promise.all(Array.from({ length: TABS }, () => openTab(context)));
await signIn(tabs[0]);
const validity = await openCorpus(tabs[0]);
await Promise.all(
  tabs.map(async (tab, index) => {
    await tab.page.goto(new URL('/mail/Corpus', url).href);
    await tab.page.getByRole('grid', { name: 'Messages' }).waitFor();
    const uids = Array.from({ length: wanted }, (_, n) => n + 1).filter((uid) => uid % TABS === index);
    await readAll(tab, validity, uids);
  }),
);
await browser.close();
process.stdout.write(`${JSON.stringify(report)}\n`);
