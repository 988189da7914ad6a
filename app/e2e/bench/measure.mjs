// Measures one step after the other in Chromium. Started by `cargo xtask bench` with the address of the proxy. Each
// line on stdin is an order, each line on stdout its answer, all of them JSON objects.
import { chromium } from '@playwright/test';
import { createInterface } from 'node:readline';
import { LAUNCH } from '../support/chromium.mjs';
import { Desk } from './desk.mjs';
import { STEPS } from './steps.mjs';

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
const browser = await chromium.launch(LAUNCH);
const desk = new Desk(browser, process.argv[2]);
for await (const line of createInterface({ input: process.stdin })) {
  try {
    const order = JSON.parse(line);
    say(await STEPS[order.step](desk, order, say));
  } catch (error) {
    say({ error: String(error?.message ?? error).slice(0, 1000), screen: await desk.describe() });
  }
}
await browser.close();
