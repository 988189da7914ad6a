// A tab of the app in which payloads are shown one after the other, and everything is noticed that must not happen.
import { differ, poke, shown } from './inside.mjs';

/** The number of the request that opens a message, and of the answer, as postcard has them (protocol/src/frame.rs). */
const [REQUEST, FETCH_MESSAGE] = [1, 3];
/** The browser's own page for what it has refused to load. */
const BLOCKED = 'chrome-error://chromewebdata/';
/** What the test runner puts into every frame. */
const OWN_SCRIPT = /__pw|playwright|function withoutSandbox/i;
const OWN_HASHES = new Set();
/** Messages that no mailbox has. */
const FIRST_UID = 1_000_000;
/** What a message does by itself begins within this time: reloads, animations, images that are not there. */
const SETTLED_MS = 60;
const PATIENCE_MS = 20_000;

export class Tab {
  at = 'sign-in';
  uid = FIRST_UID;
  answer = null;
  isBroken = false;

  /** `harmless` is the answer of a message that does nothing. */
  static async open(context, url, setup, harmless, fault) {
    const tab = Object.assign(new Tab(), { context, url: new URL(url), setup, harmless: Buffer.from(harmless, 'base64'), fault });
    await tab.renew();
    return tab;
  }

  /** A page of its own, in the place of one that a message has spoilt. */
  async renew() {
    await this.page?.close();
    this.page = await this.context.newPage();
    if (this.setup.hasNoSandbox) await this.page.addInitScript(withoutSandbox);
    await this.answerItself();
    await this.listen();
    await this.enter();
  }

  /** The app's question for a message is answered with the payload; all else is the proxy's. */
  answerItself() {
    return this.page.routeWebSocket(/\/api\/live/, (socket) => {
      const proxy = socket.connectToServer();
      socket.onMessage((octets) => {
        const [kind, ...rest] = octets;
        const length = 1 + rest.findIndex((octet) => octet < 128);
        if (kind !== REQUEST || rest[length] !== FETCH_MESSAGE || this.answer === null) return proxy.send(octets);
        const [head, tail] = [this.answer.subarray(0, 1), this.answer.subarray(2)];
        socket.send(Buffer.concat([head, Buffer.from(rest.slice(0, length)), tail]));
      });
      proxy.onMessage((octets) => socket.send(octets));
    });
  }

  async listen() {
    const { page, context } = this;
    const fault = (kind, what) => this.fault(kind, this.at, what);
    page.on('dialog', (dialog) => {
      fault('scripts', 'a dialog opened');
      void dialog.dismiss();
    });
    page.on('popup', (popup) => {
      fault('navigations', `a page opened: ${popup.url()}`);
      void popup.close();
    });
    page.on('crash', () => fault('outside', 'the page crashed'));
    // What a policy forbids never comes here. Nobody out there is to hear of the rest.
    await page.route('**', (route) => {
      const request = route.request();
      const { host, pathname } = new URL(request.url());
      // Mail may ask for nothing but images that the proxy gives out.
      const isMail = request.isNavigationRequest() ? !this.isEntering : request.frame() !== page.mainFrame();
      const isOwn = host === this.url.host && (!isMail || /^\/api\/(part|image)$/.test(pathname));
      if (!isOwn) fault('requests', request.url());
      return host === this.url.host ? route.continue() : route.abort();
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
        if (!OWN_HASHES.has(hash)) this.fault('scripts', at, `${event} ${url} ${scriptSource.slice(0, 80)}`);
      });
    }
    wire.on('Debugger.paused', () => void wire.send('Debugger.resume').catch(() => {}));
    const reasons = new Map();
    wire.on('Page.frameRequestedNavigation', ({ frameId, reason }) => reasons.set(frameId, reason));
    // In the place of what a policy forbids there is a page of the browser's own, which leads nowhere.
    wire.on('Page.frameNavigated', ({ frame: { id, url } }) => {
      if (this.isEntering || url === 'about:srcdoc' || url === 'about:blank') return;
      this.isBroken = true;
      if (url === BLOCKED) return;
      fault(reasons.get(id)?.startsWith('formSubmission') ? 'submissions' : 'navigations', `to ${url}`);
    });
    await wire.send('Page.enable');
    await wire.send('Debugger.enable');
  }

  /** The app from its beginning. */
  async enter() {
    this.isEntering = true;
    this.isBroken = false;
    const { page } = this;
    await page.goto(new URL('/mail/INBOX', this.url).href);
    const messages = page.getByRole('grid', { name: 'Messages' });
    const email = page.getByRole('textbox', { name: 'Email address' });
    await messages.or(email).first().waitFor();
    if (await email.isVisible()) {
      await email.fill('ayu@surat.test');
      await page.getByLabel('Password', { exact: true }).fill('surat');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await messages.waitFor();
    }
    await messages.getByRole('row').first().click();
    await page.waitForURL(/\/mail\/INBOX\/\d+\/\d+/);
    this.validity = /INBOX\/(\d+)/.exec(page.url())[1];
    await page.waitForTimeout(300);
    this.before = null;
    // Folders, search and list; what is right of them belongs to the message.
    const { x } = await page.getByRole('article', { name: 'Message' }).boundingBox();
    this.around = { x: 0, y: 0, width: Math.floor(x) - 1, height: page.viewportSize().height, scale: 1 };
    this.isEntering = false;
  }

  /** Shows a payload, does to it what a person could do by accident, and looks at what is around it. */
  async show(id, answer) {
    this.at = id;
    if (this.isBroken) await this.renew();
    this.answer = Buffer.from(answer, 'base64');
    try {
      await this.open();
      await this.lookAround();
      await this.page.evaluate(poke);
      await this.page.waitForTimeout(SETTLED_MS);
    } catch (error) {
      this.fault('outside', id, error);
      this.isBroken = true;
    }
  }

  async open() {
    this.uid += 1;
    await this.page.evaluate(shown, { path: `/mail/INBOX/${this.validity}/${this.uid}`, patience: PATIENCE_MS });
    await this.page.waitForTimeout(SETTLED_MS);
  }

  /** The page around the message looks as it does around a message of one word; news of the list come now and then. */
  async lookAround() {
    const seen = await this.picture();
    if (seen === this.before) return;
    const payload = this.answer;
    const again = async (answer) => {
      this.answer = answer;
      await this.open();
      return this.picture();
    };
    this.before = await again(this.harmless);
    const after = await again(payload);
    if (after !== this.before && (await this.page.evaluate(differ, [this.before, after]))) {
      this.fault('outside', this.at, 'the page around the message has changed');
    }
  }

  async picture() {
    const { data } = await this.wire.send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: true, clip: this.around });
    return data;
  }

  async close() {
    await this.page.close();
  }
}

/** Runs before the app: frames lose their sandbox before anything is shown in them. */
function withoutSandbox() {
  new MutationObserver(() => {
    for (const frame of document.querySelectorAll('iframe[sandbox]')) {
      frame.removeAttribute('sandbox');
      // What a frame may do is settled when it loads.
      const text = frame.srcdoc;
      frame.srcdoc = '';
      frame.srcdoc = text;
    }
  }).observe(document, { subtree: true, childList: true });
}
