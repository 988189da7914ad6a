// How Chromium is started, for stories, corpus and measurements alike.
import { existsSync } from 'node:fs';

const DEBIANS_CHROMIUM = '/usr/bin/chromium';

export const LAUNCH = {
  executablePath: existsSync(DEBIANS_CHROMIUM) ? DEBIANS_CHROMIUM : undefined,
  // Root may not use Chromium's own sandbox; the rest keeps it from asking anything of the network by itself.
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
};
