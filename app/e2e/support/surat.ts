// The page as a person sees it: everything is found by its accessible name (the contract).
import { expect, type Locator, type Page } from '@playwright/test';
import { noteFaults } from './faults';
import type { Stage } from './stage';

// A word that stands nowhere else, so that the logs can be searched for it (RARE_PASSWORD of the test bed).
export const PASSWORD = 'rahasia-7q4z';

export class Surat {
  constructor(readonly page: Page, readonly stage: Stage) {
    noteFaults(page);
  }

  async open(path = '/') {
    await this.page.goto(this.stage.url.replace(/\/$/, '') + path);
  }

  async signIn(email: string, { password = PASSWORD, keep = false, keepMail = false } = {}) {
    await this.open();
    await this.page.getByRole('textbox', { name: 'Email address' }).fill(email);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    if (keep) await this.page.getByRole('checkbox', { name: 'Keep me signed in' }).check();
    if (keepMail) await this.page.getByRole('checkbox', { name: 'Keep mail on this device' }).check();
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  /** Signs in and waits for the inbox. */
  async enter(email: string) {
    await this.signIn(email);
    await expect(this.messages).toBeVisible();
    await expect(this.messages).toHaveAttribute('aria-busy', 'false');
  }

  async signOut() {
    await this.page.getByRole('button', { name: 'Account' }).click();
    await this.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await expect(this.page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  }

  get folders(): Locator {
    return this.page.getByRole('navigation', { name: 'Folders' });
  }

  /** The folder whose name begins so. */
  folder(name: string): Locator {
    return this.folders.getByRole('treeitem', { name: new RegExp(`^${name}\\b`) });
  }

  async openFolder(name: string) {
    await this.folder(name).click();
    await expect(this.folder(name)).toHaveAttribute('aria-selected', 'true');
  }

  get messages(): Locator {
    return this.page.getByRole('grid', { name: 'Messages' });
  }

  row(text: string | RegExp): Locator {
    return this.messages.getByRole('row', { name: text });
  }

  get message(): Locator {
    return this.page.getByRole('article', { name: 'Message' });
  }

  /** Opens the message with this subject, and waits until it is the one shown. */
  async read(subject: string): Promise<Locator> {
    await this.row(subject).first().click();
    await expect(this.message.getByRole('heading', { name: subject })).toBeVisible();
    return this.message;
  }

  /** The body of an HTML message. */
  get frame() {
    return this.page.frameLocator('iframe[title="Message body"]');
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  /** An action of the open message. */
  act(name: string): Locator {
    return this.message.getByRole('button', { name, exact: true });
  }

  notice(text: string | RegExp): Locator {
    return this.page.getByRole('status').filter({ hasText: text });
  }

  get composer(): Locator {
    return this.page.getByRole('dialog', { name: 'New message' });
  }

  field(name: 'To' | 'Cc' | 'Bcc' | 'Subject' | 'Message text'): Locator {
    return this.composer.getByLabel(name, { exact: true });
  }

  async write({ to, cc, bcc, subject, text }: { to?: string; cc?: string; bcc?: string; subject?: string; text?: string }) {
    await this.button('New message').click();
    await expect(this.composer).toBeVisible();
    if (to) await this.field('To').fill(to);
    if (cc) await this.field('Cc').fill(cc);
    if (bcc) await this.field('Bcc').fill(bcc);
    if (subject) await this.field('Subject').fill(subject);
    if (text) await this.field('Message text').fill(text);
  }

  async send() {
    await this.composer.getByRole('button', { name: 'Send', exact: true }).click();
  }
}
