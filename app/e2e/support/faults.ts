// What the pages threw. A panic of the app ends one task and may leave the page looking whole.
import { expect, type Page } from '@playwright/test';

const faults: string[] = [];

/** From now on every error that nobody catches on this page is noted. */
export function noteFaults(page: Page) {
  page.on('pageerror', (error) => faults.push(error.stack ?? String(error)));
}

/** Fails when a page has thrown since the last time. */
export function expectNoFaults() {
  expect(faults.splice(0), 'errors that nobody caught').toEqual([]);
}
