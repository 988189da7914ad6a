// What must not be in the proxy's log after a file of stories, however verbose it was: passwords, cookies, and what
// people wrote to one another.
import { expect } from '@playwright/test';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PASSWORD } from './surat';

const MAIL = path.resolve(__dirname, '../../../testbed/mail');
/** A sealed cookie is longer than this, and nothing else that is written in base64 is. */
const SEALED = /[A-Za-z0-9_-]{120,}/;
/** Shorter lines may stand in a log by chance. */
const TELLING = 12;

/** A text in base64, as it stands in a longer one: in each of three positions, without the ends that neighbours change. */
function inBase64(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const coded = Buffer.from('x'.repeat(before) + text).toString('base64').replace(/=+$/, '');
    return coded.slice(before && before + 1, -1);
  });
}

/** Lines of a message that are looked for; files of many megabytes have more. */
const MOST_LINES = 200;

/** Lines that people would know a message by: its subject, its text, the beginning of its files. */
function lines(message: string): string[] {
  const subject = /^Subject: (.*)$/m.exec(message)?.[1] ?? '';
  const text = message.slice(message.indexOf('\r\n\r\n'), 100_000).split(/\r?\n/);
  return [subject, ...text.slice(0, MOST_LINES)].map((line) => line.trim());
}

/** The seeded mail is written of these. */
function seeded(): string[] {
  const talks = readdirSync(MAIL).filter((name) => name.startsWith('talks-'));
  return talks.flatMap((name) => readFileSync(path.join(MAIL, name), 'utf8').split('\n'));
}

export function expectNoSecrets(log: string, delivered: string[]) {
  expect(log, 'there is a log').toContain(' surat_proxy::');
  const texts = [...delivered.flatMap(lines), ...seeded()].filter((line) => line.length >= TELLING);
  const secrets = [PASSWORD, ...inBase64(PASSWORD), ...texts];
  expect(secrets.filter((secret) => log.includes(secret)), 'secrets in the log').toEqual([]);
  expect(SEALED.exec(log)?.[0], 'a cookie in the log').toBeUndefined();
}
