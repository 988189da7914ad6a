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
