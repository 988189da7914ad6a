// Frames of the socket, as the app and the proxy really exchange them: caught, told apart, and played to the cache.
// They are postcard: a number for each choice, then what belongs to it (protocol/src/frame.rs).
import type { Page } from '@playwright/test';

export type Frame = { from: 'app' | 'proxy'; octets: number[] };

const REQUESTS = ['ListMailboxes', 'OpenMailbox', 'FetchRows', 'FetchMessage', 'FetchHeaders', 'StoreFlags', 'Move', 'Copy', 'Expunge'];
const ANSWERS = ['Done', 'Progress', 'Mailboxes', 'Glance', 'Opened', 'Rows', 'Message', 'Headers', 'Moved'];

/** A number of seven bits an octet, and where it ends. */
function number(octets: number[], at: number): [number, number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const octet = octets[at++];
    value += (octet & 127) * 2 ** shift;
    if (octet < 128) return [value, at];
  }
}

/** What an app asks, or a proxy answers; empty for anything else. */
export function kind({ from, octets }: Frame): string {
  const [, at] = number(octets, 1);
  if (from === 'app') return octets[0] === 1 ? REQUESTS[octets[at]] ?? '' : '';
  return octets[0] === 2 && octets[at] === 0 ? ANSWERS[octets[at + 1]] ?? '' : '';
}

/** The number of the request that a frame asks or answers. */
export function id({ octets }: Frame): number {
  return number(octets, 1)[0];
}

/** A request, asked again by another page. */
export function renumbered({ from, octets }: Frame, id: number): Frame {
  const [, at] = number(octets, 1);
  return { from, octets: [octets[0], id, ...octets.slice(at)] };
}

/** What breaks off a request. */
export function cancel(request: Frame): Frame {
  return { from: 'app', octets: [2, ...varint(id(request))] };
}

/** Everything that goes over the page's sockets from now on. */
export function record(page: Page): Frame[] {
  const frames: Frame[] = [];
  const take = (from: Frame['from']) => ({ payload }: { payload: string | Buffer }) => void frames.push({ from, octets: [...Buffer.from(payload)] });
  page.on('websocket', (socket) => {
    socket.on('framesent', take('app'));
    socket.on('framereceived', take('proxy'));
  });
  return frames;
}

// Frames of a mailbox that is larger than any stage has, written as postcard writes them.

export type Ranges = [number, number][];

const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))]);
const text = (value: string) => [...varint(Buffer.byteLength(value)), ...Buffer.from(value)];
const list = (items: number[][]) => [...varint(items.length), ...items.flat()];
const set = (ranges: Ranges) => list(ranges.map(([low, high]) => [...varint(low), ...varint(high)]));

const request = (number: number, what: string, rest: number[]): Frame => ({ from: 'app', octets: [1, ...varint(number), REQUESTS.indexOf(what), ...rest] });
const answer = (number: number, what: string, rest: number[]): Frame => ({ from: 'proxy', octets: [2, ...varint(number), 0, ANSWERS.indexOf(what), ...rest, 1] });

/** A mailbox with UIDVALIDITY 7 and MODSEQ 9, of which nothing else is known. */
export class Large {
  private number = 1_000;

  constructor(readonly name: string) {}

  private get place(): number[] {
    return [...text(this.name), 7];
  }

  open(): Frame {
    return request(++this.number, 'OpenMailbox', [...text(this.name), 50, 0]);
  }

  /** It is opened, and everything in it told. */
  opened(uids: Ranges): Frame[] {
    const question = this.open();
    const next = uids[uids.length - 1][1] + 1;
    return [question, answer(this.number, 'Opened', [...this.place, ...varint(next), 9, 0, ...set(uids), 0, 1])];
  }

  fetch(uids: Ranges): Frame {
    return request(++this.number, 'FetchRows', [...this.place, ...set(uids)]);
  }

  /** Rows are asked for, and come. */
  rows(uids: number[]): Frame[] {
    const row = (uid: number) => [...varint(uid), 0, 0, 0, 0, ...text(`Subject ${uid}`), 0, 0];
    return [this.fetch(uids.map((uid) => [uid, uid])), answer(this.number, 'Rows', list(uids.map(row)))];
  }

  /** A message is asked for, and comes, with a text of so many octets. */
  message(uid: number, octets: number): Frame[] {
    const envelope = [0, ...text(''), 0, 0, 0, 0, 0, ...text(''), 0, 0];
    const body = [0, ...text('x'.repeat(octets))];
    const message = [...varint(uid), 0, 0, ...envelope, ...body, 0, 0, 0, 0, 0];
    return [this.read(uid), answer(this.number, 'Message', message)];
  }

  read(uid: number): Frame {
    return request(++this.number, 'FetchMessage', [...this.place, ...varint(uid), 0, 0]);
  }

  /** Stars are set. */
  star(uids: Ranges): Frame[] {
    const flagged = 2;
    return [request(++this.number, 'StoreFlags', [...this.place, ...set(uids), 1, flagged, 0]), answer(this.number, 'Done', [])];
  }

  expunge(uids: Ranges): Frame[] {
    return [request(++this.number, 'Expunge', [...this.place, ...set(uids)]), answer(this.number, 'Done', [])];
  }
}

/** The rows in an answer of a [`Large`] mailbox: UIDs, and whether they have a star. */
export function starred({ octets }: Frame): [number, boolean][] {
  let [, at] = number(octets, 1);
  at += 2;
  let count;
  [count, at] = number(octets, at);
  const rows: [number, boolean][] = [];
  for (; count > 0; count -= 1) {
    let uid, length;
    [uid, at] = number(octets, at);
    const flags = octets[at++];
    at += flags + 3;
    [length, at] = number(octets, at);
    at += length + 2;
    rows.push([uid, flags > 0]);
  }
  return rows;
}
