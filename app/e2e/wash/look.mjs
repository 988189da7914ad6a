// Paints newsletters before and after washing, and tells as one JSON object on stdout how many of their pixels are
// different. Started by `cargo xtask wash`, with the file of documents and the folder for pictures.
import { chromium } from '@playwright/test';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LAUNCH } from '../support/chromium.mjs';
import { compared, paint } from './painting.mjs';
import { SHELL } from './shell.mjs';

const [file, folder] = process.argv.slice(2);
const WIDTH = 700;
/** What is lower is not looked at. */
const HEIGHT_LIMIT = 4000;
const PAGE = `<!doctype html><title>wash</title><style>body{margin:0}iframe{border:0;display:block;inline-size:${WIDTH}px}</style>`;

const newsletters = (await readFile(file, 'utf8')).split('\n').filter(Boolean).map((line) => JSON.parse(line));
const browser = await chromium.launch(LAUNCH);
const context = await browser.newContext({ serviceWorkers: 'block', viewport: { width: WIDTH, height: 600 } });
const page = await context.newPage();
// Nothing is loaded, whatever the message wants; the frame's policy says so, too.
await page.route('**', (route) => (route.request().url() === 'http://surat.test/' ? route.fulfill({ contentType: 'text/html', body: PAGE }) : route.abort()));
await page.goto('http://surat.test/');

async function picture(document, isRaw) {
  const { height, boxes } = await page.evaluate(paint, { document, shell: SHELL, isRaw, limit: HEIGHT_LIMIT });
  const octets = await page.screenshot({ clip: { x: 0, y: 0, width: WIDTH, height }, fullPage: true, animations: 'disabled' });
  return { octets, boxes };
}

const report = { newsletters: [] };
for (const { id, before, after } of newsletters) {
  const [one, other] = [await picture(before, true), await picture(after, false)];
  const pictures = [one, other].map(({ octets }) => octets.toString('base64'));
  const { share, difference } = await page.evaluate(compared, { pictures, boxes: [...one.boxes, ...other.boxes] });
  report.newsletters.push({ id, share });
  const kinds = { before: one.octets, after: other.octets, difference: Buffer.from(difference, 'base64') };
  for (const [kind, octets] of Object.entries(kinds)) await writeFile(join(folder, `${id}.${kind}.png`), octets);
}
await browser.close();

report.newsletters.sort((one, other) => other.share - one.share);
const row = ({ id, share }) =>
  `<tr><th colspan=3>${share.toFixed(2)} % <code>${id}</code><tr>${['before', 'after', 'difference']
    .map((kind) => `<td><a href="${id}.${kind}.png"><img loading=lazy width=${WIDTH / 2} alt="${kind}" src="${id}.${kind}.png"></a>`)
    .join('')}`;
const style = 'body{font:14px sans-serif}td{vertical-align:top;border:1px solid #ccc}th{text-align:start}';
const rows = report.newsletters.map(row).join('\n');
await writeFile(join(folder, 'index.html'), `<!doctype html><meta charset=utf-8><title>Before and after washing</title><style>${style}</style><table>${rows}</table>`);
process.stdout.write(`${JSON.stringify(report)}\n`);
