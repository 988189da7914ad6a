// How the stories run: Debian's Chromium where it is installed, one worker per core at most, no second tries.
import { defineConfig } from '@playwright/test';
import { LAUNCH } from './support/chromium.mjs';

export default defineConfig({
  testDir: 'stories',
  outputDir: 'results',
  // Stories of one file share a stage, and some of them kill a part of it.
  fullyParallel: false,
  workers: 2,
  retries: 0,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  forbidOnly: !!process.env.CI,
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    locale: 'en-GB',
    timezoneId: 'Asia/Jakarta',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: LAUNCH,
  },
});
