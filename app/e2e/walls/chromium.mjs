// Chromium, driven by Playwright.
import { chromium } from '@playwright/test';
import { LAUNCH } from '../support/chromium.mjs';
import { answered, loosened } from './inside.mjs';
import { SIZE, Tab } from './tab.mjs';

/** The browser's own page for what it has refused to load. */
const BLOCKED = 'chrome-error://chromewebdata/';
/** What the test runner puts into every frame. */
const OWN_SCRIPT = /__pw|playwright|function loosened/i;
const OWN_HASHES = new Set();

/** A browser in which tabs are opened. */
export async function start({ hasNoPolicy }) {
  const browser = await chromium.launch(LAUNCH);
  const context = await browser.newContext({ locale: 'en-GB', viewport: SIZE, serviceWorkers: 'block', bypassCSP: hasNoPolicy });
  return { open: (place) => ChromiumTab.open({ ...place, context }), close: () => browser.close() };
}

class ChromiumTab extends Tab {
  async make() {
    this.answer = null;
    this.page = await this.context.newPage();
    const { hasNoSandbox } = this.setup;
    // The policy is the context's matter.
    if (hasNoSandbox) await this.page.addInitScript(loosened, { hasNoSandbox });
    await this.answerItself();
    await this.listen();
  }

  async close() {
    await this.page?.close();
  }

  goTo(address) {
    return this.page.goto(address);
  }

  run(job, argument) {
    return this.page.evaluate(job, argument);
  }

  give(answer) {
    this.answer = answer;
  }

  async picture() {
    const clip = { ...this.around, scale: 1 };
    return (await this.wire.send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: true, clip })).data;
  }

  /** The app's question for a message is answered with the payload; all else is the proxy's. */
  answerItself() {
    return this.page.routeWebSocket(/\/api\/live/, (socket) => {
      const proxy = socket.connectToServer();
      socket.onMessage((octets) => {
        const answer = answered(octets, this.answer);
        return answer ? socket.send(Buffer.from(answer)) : proxy.send(octets);
      });
      proxy.onMessage((octets) => socket.send(octets));
    });
  }

  async listen() {
    const { page, context } = this;
    page.on('dialog', (dialog) => {
      this.fault('scripts', 'a dialog opened');
      // It may be gone with the page that opened it.
      void dialog.dismiss().catch(() => {});
    });
    page.on('popup', (popup) => {
      this.fault('navigations', `a page opened: ${popup.url()}`);
      void popup.close();
    });
    page.on('crash', () => this.fault('outside', 'the page crashed'));
    // What a policy forbids never comes here. Nobody out there is to hear of the rest.
    await page.route('**', (route) => {
      const request = route.request();
      const isMail = request.isNavigationRequest() ? !this.isEntering : request.frame() !== page.mainFrame();
      this.asked(request.url(), isMail);
      return new URL(request.url()).host === this.url.host ? route.continue() : route.abort();
    });

    const wire = await context.newCDPSession(page);
    this.wire = wire;
    const main = (await wire.send('Page.getFrameTree')).frameTree.frame.id;
    const isInside = ({ frameId, isDefault } = {}) => isDefault && frameId && frameId !== main;
    for (const event of ['scriptParsed', 'scriptFailedToParse']) {
      wire.on(`Debugger.${event}`, async ({ executionContextAuxData, scriptId, url, hash }) => {
        if (!isInside(executionContextAuxData) || url === BLOCKED) return;
        const at = this.at;
        // The text of a script whose frame is gone by now cannot be had, but its hash is known.
        const { scriptSource = '' } = await wire.send('Debugger.getScriptSource', { scriptId }).catch(() => ({}));
        if (OWN_SCRIPT.test(scriptSource)) OWN_HASHES.add(hash);
        if (!OWN_HASHES.has(hash)) this.tell('scripts', at, `${event} ${url} ${scriptSource.slice(0, 80)}`);
      });
    }
    wire.on('Debugger.paused', () => void wire.send('Debugger.resume').catch(() => {}));
    const reasons = new Map();
    wire.on('Page.frameRequestedNavigation', ({ frameId, reason }) => reasons.set(frameId, reason));
    // In the place of what a policy forbids there is a page of the browser's own, which leads nowhere.
    wire.on('Page.frameNavigated', ({ frame: { id, url } }) => {
      if (url === BLOCKED) this.isBroken = true;
      else this.navigated(url, reasons.get(id)?.startsWith('formSubmission'));
    });
    await wire.send('Page.enable');
    await wire.send('Debugger.enable');
  }
}
