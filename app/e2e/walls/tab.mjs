// A tab of the app in which payloads are shown one after the other. What a browser lets us notice, and how, is that
// browser's matter: `chromium.mjs` and `firefox.mjs` make their own kind of tab, which brings
// - `make` and `close`: a page of its own, with all that listens to it;
// - `goTo(address)` and `run(job, argument)`: a function of `inside.mjs` with what it is given, in the page;
// - `give(answer)`: what the app's next questions for a message are answered with;
// - `picture`: what is around the message, as PNG in base64.
import { setTimeout as pause } from 'node:timers/promises';
import { differ, entered, poke, shown, standing } from './inside.mjs';

/** Messages that no mailbox has. */
const FIRST_UID = 1_000_000;
/** What a message does by itself begins within this time: reloads, animations, images that are not there. */
const SETTLED_MS = 60;
/** The list is filled, and a first message shown. */
const READY_MS = 300;
const PATIENCE_MS = 20_000;
export const SIZE = { width: 1000, height: 600 };

export class Tab {
  at = 'sign-in';
  uid = FIRST_UID;
  isEntering = true;
  isBroken = false;

  /** Of `place`: `url` of the app, which walls are missing, the answer of a message that does nothing, whom to tell. */
  static async open(place) {
    const tab = Object.assign(new this(), place);
    await tab.renew();
    return tab;
  }

  fault(kind, what) {
    this.tell(kind, this.at, what);
  }

  /** Somebody asks for an address. */
  asked(address, isMail) {
    const { host, pathname } = new URL(address);
    // Mail may ask for nothing but images that the proxy gives out.
    const isOwn = host === this.url.host && (!isMail || /^\/api\/(part|image)$/.test(pathname));
    if (!isOwn) this.fault('requests', address);
  }

  /** The page, or a frame of it, shows something else now. */
  navigated(address, isForm) {
    if (this.isEntering || address === 'about:srcdoc' || address === 'about:blank') return;
    this.isBroken = true;
    this.fault(isForm ? 'submissions' : 'navigations', `to ${address}`);
  }

  /** A page of its own, in the place of one that a message has spoilt. */
  async renew() {
    await this.close();
    this.isEntering = true;
    this.isBroken = false;
    await this.make();
    await this.goTo(new URL('/mail/INBOX', this.url).href);
    const { validity, left } = await this.run(entered, PATIENCE_MS);
    this.validity = validity;
    // Folders, search and list; what is right of them belongs to the message.
    this.around = { x: 0, y: 0, width: Math.floor(left) - 1, height: SIZE.height };
    await pause(READY_MS);
    await this.open(this.harmless);
    this.before = await this.picture();
    const { hasSandbox, hasPolicy } = await this.run(standing);
    const { hasNoSandbox = false, hasNoPolicy = false } = this.setup;
    if (hasSandbox === hasNoSandbox || hasPolicy === hasNoPolicy) throw new Error('the walls are not those that should be up');
    this.isEntering = false;
  }

  /** Shows a payload, does to it what a person could do by accident, and looks at what is around it. */
  async show(id, answer) {
    this.at = id;
    if (this.isBroken) await this.renew();
    try {
      await this.open(answer);
      await this.lookAround(answer);
      await this.run(poke);
      await pause(SETTLED_MS);
    } catch (error) {
      this.fault('outside', error);
      this.isBroken = true;
    }
  }

  async open(answer) {
    this.uid += 1;
    await this.give(answer);
    await this.run(shown, { path: `/mail/INBOX/${this.validity}/${this.uid}`, patience: PATIENCE_MS });
    await pause(SETTLED_MS);
  }

  /** The page around the message looks as it does around a message of one word; news of the list come now and then. */
  async lookAround(payload) {
    const seen = await this.picture();
    if (seen === this.before) return;
    const again = async (answer) => {
      await this.open(answer);
      return this.picture();
    };
    this.before = await again(this.harmless);
    const after = await again(payload);
    if (after !== this.before && (await this.run(differ, [this.before, after]))) {
      this.fault('outside', 'the page around the message has changed');
    }
  }
}
