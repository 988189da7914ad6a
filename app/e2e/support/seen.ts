// What a page shows of an account, and how that differs from what the IMAP server says.
import type { Page } from '@playwright/test';
import type { TrueMailbox } from './third_client';

export type SeenFolder = { name: string; unread: number };
export type SeenList = { mailbox: string | null; rowcount: number; busy: boolean; rows: (string | null)[]; trouble: string | null };

/** The folder tree: each mailbox with its unread count. */
export function seenFolders(page: Page): Promise<SeenFolder[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('[role=treeitem]')].map((item) => ({
      name: item.getAttribute('data-mailbox') ?? '',
      unread: Number(/, ([\d.,]+) unread$/.exec(item.getAttribute('aria-label') ?? '')?.[1].replace(/\D/g, '') ?? 0),
    })),
  );
}

/** The open mailbox, every row of it, from the top to the end; then the list is scrolled back to where it was. */
export function seenList(page: Page): Promise<SeenList> {
  return page.evaluate(async () => {
    const grid = document.querySelector('#messages');
    const open = document.querySelector('[role=treeitem][aria-selected=true]');
    const seen = {
      mailbox: open?.getAttribute('data-mailbox') ?? null,
      rowcount: Number(grid?.getAttribute('aria-rowcount') ?? -1),
      busy: grid?.getAttribute('aria-busy') === 'true',
      rows: [] as (string | null)[],
      trouble: document.querySelector('.list-place[role=alert]')?.textContent ?? null,
    };
    if (!grid || seen.rowcount <= 0) return seen;
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const look = () => {
      for (const row of grid.querySelectorAll('[role=row]')) {
        seen.rows[Number(row.getAttribute('aria-rowindex')) - 1] = row.getAttribute('aria-label');
      }
    };
    const before = grid.scrollTop;
    const end = grid.scrollHeight - grid.clientHeight;
    for (let top = 0; ; top = Math.min(top + grid.clientHeight, end)) {
      grid.scrollTop = top;
      await frame();
      // Rows that were never looked at are fetched now.
      for (let tries = 0; tries < 100; tries += 1) {
        look();
        if (![...grid.querySelectorAll('[role=row]')].some((row) => !row.getAttribute('aria-label'))) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      if (top >= end) break;
    }
    grid.scrollTop = before;
    await frame();
    return seen;
  });
}

const has = (flags: string[], flag: string) => flags.some((own) => own.toLowerCase() === flag.toLowerCase());

/** How a row must be called, without its sender and its date: what it is about, and its state. */
export function rowState(name: string | null): string {
  if (name === null || name === undefined) return 'not there';
  const subject = /Message \d+ of \w+/.exec(name)?.[0] ?? name;
  const state = ['Unread', 'Starred', 'Answered', 'Forwarded'].filter((word) => name.endsWith(`, ${word}`) || name.includes(`, ${word},`));
  return [subject, ...state].join(', ');
}

/** The same from what the server says. */
export function trueState({ subject, flags }: TrueMailbox['messages'][number]): string {
  const state = [
    [!has(flags, '\\Seen'), 'Unread'],
    [has(flags, '\\Flagged'), 'Starred'],
    [has(flags, '\\Answered'), 'Answered'],
    [has(flags, '$Forwarded'), 'Forwarded'],
  ];
  return [subject, ...state.filter(([is]) => is).map(([, word]) => word)].join(', ');
}

/** Roots of namespaces: the tree has headings in their place. */
const HEADINGS = ['Shared', 'Users'];

/** Differences between the tree and the truth; `promised` are folders that are shown before they are made. */
export function folderFaults(seen: SeenFolder[], truth: TrueMailbox[], promised: string[]): string[] {
  const faults = [];
  for (const { name, is_selectable, messages } of truth) {
    if (!is_selectable && HEADINGS.includes(name)) continue;
    const own = seen.find((folder) => folder.name === name);
    const unread = is_selectable ? messages.filter(({ flags }) => !has(flags, '\\Seen')).length : 0;
    if (!own) faults.push(`the folder ${name} is not shown`);
    else if (own.unread !== unread) faults.push(`the folder ${name} shows ${own.unread} unread in place of ${unread}`);
  }
  const known = new Set([...truth.map(({ name }) => name), ...promised]);
  for (const { name } of seen) if (!known.has(name)) faults.push(`the folder ${name} is shown and does not exist`);
  return faults;
}

/** Differences between the open list and the truth. */
export function listFaults(seen: SeenList, truth: TrueMailbox[], promised: string[]): string[] {
  const { mailbox, rowcount, rows, trouble } = seen;
  const real = truth.find(({ name }) => name === mailbox);
  if (!real) {
    // A mailbox that is gone shows no rows; one that is promised is empty.
    const isRight = mailbox !== null && promised.includes(mailbox) ? rowcount === 0 : rowcount <= 0;
    return isRight ? [] : [`${mailbox} does not exist and shows ${rowcount} rows`];
  }
  if (trouble) return [`${mailbox} cannot be opened: ${trouble}`];
  if (seen.busy) return [`${mailbox} is still being opened`];
  const faults = [];
  if (rowcount !== real.messages.length) faults.push(`${mailbox} shows ${rowcount} rows in place of ${real.messages.length}`);
  for (const [index, message] of real.messages.entries()) {
    const is = rowState(rows[index] ?? null);
    if (is !== trueState(message)) faults.push(`${mailbox}, row ${index + 1}: "${is}" in place of "${trueState(message)}"`);
  }
  return faults;
}
