// Pages of other origins, in the browser in which a person is signed in: neither the socket nor anything else that changes
// something is theirs to use. One is of another site; one is of the same host and another port, so the cookie goes along.
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LAUNCH } from '../support/chromium.mjs';
import { useStage } from '../support/stage';
import { PASSWORD, Surat } from '../support/surat';

const OTHER_SITE = 'jahat.test';
const held = useStage();

test.use({ launchOptions: { ...LAUNCH, args: [...LAUNCH.args, `--host-resolver-rules=MAP ${OTHER_SITE} 127.0.0.1`] } });

let server: Server;
let port: number;

test.beforeAll(async () => {
  server = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<!doctype html><title>jahat</title>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

test.afterAll(() => {
  server.close();
});

/** Opens the socket of the app from a page, whosever it is. */
function dial(page: Page): Promise<'opened' | 'refused'> {
  return page.evaluate(
    (address) =>
      new Promise<'opened' | 'refused'>((resolve) => {
        const socket = new WebSocket(address);
        socket.onopen = () => resolve('opened');
        socket.onerror = () => resolve('refused');
      }),
    `${held.stage.url.replace('http', 'ws')}api/live`,
  );
}

/** A sign-in, as the app encodes it. */
function signIn(email: string): number[] {
  const text = (value: string) => [value.length, ...Buffer.from(value)];
  return [...text(email), ...text(PASSWORD), 0];
}

/** POSTs as any page may, without asking first. A page of another origin is told nothing: 0. */
function post(page: Page, path: string, body: number[] = []): Promise<number> {
  return page.evaluate(
    ([url, body]) =>
      fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body: new Blob([new Uint8Array(body)]) }).then(
        (answer) => answer.status,
        () => 0,
      ),
    [held.stage.url + path, body] as [string, number[]],
  );
}

/** How often the proxy has turned a foreign page away. */
async function refusals(): Promise<number> {
  return (await held.stage.log()).split('Refused a request of a foreign page').length - 1;
}

/** The same by a form, which leads the whole page away. */
async function submit(page: Page, path: string): Promise<number> {
  const url = held.stage.url + path;
  const answered = page.waitForResponse((response) => response.url() === url);
  const led = page.waitForURL(url);
  await page.evaluate((url) => {
    const form = Object.assign(document.createElement('form'), { method: 'POST', action: url });
    document.body.append(form);
    form.submit();
  }, url);
  await led;
  return (await answered).status();
}

const CHANGES = ['api/login', 'api/logout', 'api/logout/everywhere', 'api/upload?name=a.txt'];

async function cookies(context: BrowserContext) {
  return (await context.cookies(held.stage.url)).map(({ name, value }) => `${name}=${value}`);
}

/** What such a page tries while a person is signed in; then the person does the same. */
async function attack(context: BrowserContext, host: string) {
  const page = await context.newPage();
  const surat = new Surat(page, held.stage);
  const [me, other] = [held.stage.newcomer(), held.stage.newcomer()];
  await surat.enter(me);
  const before = await cookies(context);
  expect(before).toHaveLength(1);

  const theirs = await context.newPage();
  await theirs.goto(`http://${host}:${port}/`);
  const refused = await refusals();
  expect(await dial(theirs)).toBe('refused');
  for (const path of CHANGES) {
    expect(await post(theirs, path, path === 'api/login' ? signIn(other) : []), path).toBe(0);
  }
  expect(await refusals()).toBe(refused + 1 + CHANGES.length);
  for (const path of CHANGES) {
    await theirs.goto(`http://${host}:${port}/`);
    expect(await submit(theirs, path), path).toBe(403);
  }

  expect(await cookies(context)).toEqual(before);
  await page.reload();
  await expect(surat.messages).toBeVisible();

  // The same from the app's own page: all of it works, so the above would have been noticed.
  expect(await dial(page)).toBe('opened');
  expect(await post(page, 'api/upload?name=a.txt', [1, 2, 3])).toBe(200);
  expect(await post(page, 'api/login', signIn(other))).toBe(200);
  expect(await cookies(context)).not.toEqual(before);
  expect(await post(page, 'api/logout')).toBeLessThan(300);
  expect(await cookies(context)).toEqual([]);
  await theirs.close();
  await page.close();
}

test('class 32: pages of other origins get no socket and change nothing', async ({ context }) => {
  test.setTimeout(120_000);
  for (const host of [OTHER_SITE, '127.0.0.1', 'localhost']) {
    await test.step(host, () => attack(context, host));
  }
});
