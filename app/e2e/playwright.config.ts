// How the stories run: Debian's Chromium where it is installed, one worker per core at most, no second tries.
import { defineConfig } from '@playwright/test';
import { existsSync } from 'node:fs';

const DEBIANS_CHROMIUM = '/usr/bin/chromium';

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
    launchOptions: {
      executablePath: existsSync(DEBIANS_CHROMIUM) ? DEBIANS_CHROMIUM : undefined,
      // Root may not use Chromium's own sandbox; the rest keeps it from asking anything of the network by itself.
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
});
