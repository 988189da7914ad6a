// A browser with one page in it, as the steps use it: everything is found by its accessible name (the contract).
import { install } from './clock.mjs';

const [EMAIL, PASSWORD] = ['ayu@surat.test', 'surat'];

/** Dovecot tells a watching session of a change half a second later, which takes it time in a large mailbox. */
const SETTLED_MS = 800;

export class Desk {
  page = null;
  /** Whether mail is kept on the device. */
  keeps = false;

  constructor(browser, url) {
    this.browser = browser;
    this.home = url;
    this.url = url;
  }

  /** A browser that was never here: no cookies, nothing kept. Anything that `script` says runs in each page first. */
  async renew({ url = this.home, script = null } = {}) {
    await this.page?.context().close();
    this.url = url;
    const context = await this.browser.newContext({ locale: 'en-GB', timezoneId: 'Asia/Jakarta', viewport: { width: 1280, height: 800 } });
    this.page = await context.newPage();
    this.page.setDefaultTimeout(60_000);
    if (script) await this.page.addInitScript(script);
    await this.page.addInitScript(install);
  }

  /** The sign-in form of a browser that was never here, filled in. */
  async fillIn({ keeps = false, ...renewed } = {}) {
    await this.renew(renewed);
    this.keeps = keeps;
    await this.page.goto(this.url);
    await this.page.getByRole('textbox', { name: 'Email address' }).fill(EMAIL);
    await this.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    if (keeps) await this.page.getByRole('checkbox', { name: 'Keep mail on this device' }).check();
    return this.page.getByRole('button', { name: 'Sign in', exact: true });
  }

  /** Signed in, if that was not done before in this way. */
  async enter(keeps = false) {
    if (this.page && this.keeps === keeps && (await this.grid.count()) > 0) return;
    await this.signIn({ keeps });
  }

  async signIn(options) {
    const button = await this.fillIn(options);
    await this.measure({ event: 'click', moments: { painted: ['rows', 1] } }, () => button.click());
    await this.settle();
  }

  /** A fresh page of the signed-in account at this path, with nothing going on any more. */
  async visit(path = '/', keeps = false) {
    await this.enter(keeps);
    await this.page.goto(new URL(path, this.url).href);
    await this.page.evaluate(() => window.bench.outcome);
    await this.quiet();
  }

  /** Waits until the app and what was shown of the mail are kept on the device. */
  async untilKept() {
    await this.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      // Nothing tells when all is written: what is kept does not grow any more.
      let [octets, calm] = [-1, 0];
      for (let looks = 0; calm < 6 && looks < 120; looks += 1) {
        const { usage } = await navigator.storage.estimate();
        calm = usage === octets ? calm + 1 : 0;
        octets = usage;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      if (calm < 6) throw new Error('what is kept on the device does not come to rest');
    });
  }

  /** The page at this path; it is loaded only when another one is shown. */
  async stay(path, keeps = false) {
    await this.enter(keeps);
    if (new URL(this.page.url()).pathname !== path) await this.visit(path, keeps);
  }

  get grid() {
    return this.page.getByRole('grid', { name: 'Messages' });
  }

  folder(name) {
    return this.page.getByRole('navigation', { name: 'Folders' }).getByRole('treeitem', { name: new RegExp(`^${name}\\b`) });
  }

  /** The row of this index, counted from 1. */
  row(index) {
    return this.page.locator(`[role=grid] [role=row][aria-rowindex="${index}"]`);
  }

  /** Opens the message of a row. */
  async openRow(row) {
    const before = await this.page.evaluate(() => document.querySelector('article[aria-label="Message"]')?.dataset.uid ?? '');
    return this.measure({ event: 'click', moments: { painted: ['message', before] } }, () => row.click());
  }

  /** Sets the clock, acts, and gives what the clock says (ms, octets). */
  async measure(watch, act) {
    await this.page.evaluate((watch) => window.bench.begin(watch), watch);
    await act();
    return this.page.evaluate(() => window.bench.outcome);
  }

  /** Asks the page for one of the sights. */
  see(sight, ...rest) {
    return this.page.evaluate(([sight, rest]) => window.bench.seen[sight](...rest), [sight, rest]);
  }

  /** Jumps to the row of this index, counted from 1, and measures. */
  async jump(index, patience) {
    const watch = { event: 'now', moments: { first: ['placeholder', index], painted: ['rows', index] }, patience };
    // In one go: on the way from here to the page nobody waits for anything.
    await this.grid.evaluate(
      (grid, { watch, index }) => {
        const share = (index - 1) / Math.max(1, Number(grid.getAttribute('aria-rowcount')) - 1);
        const top = share * (grid.scrollHeight - grid.clientHeight);
        window.bench.begin(watch);
        grid.scrollTop = top;
      },
      { watch, index },
    );
    return this.page.evaluate(() => window.bench.outcome);
  }

  /** What the step before has left behind shall not disturb the next one. */
  async settle() {
    await this.page.waitForTimeout(150);
  }

  /** Every session has heard of what was changed. */
  async quiet() {
    await this.page.waitForTimeout(SETTLED_MS);
  }

  /** For the report of a failure. */
  async describe() {
    const text = await this.page?.evaluate(() => document.body.innerText.slice(0, 300)).catch(() => '');
    return `${this.page?.url()}: ${text ?? ''}`;
  }
}
