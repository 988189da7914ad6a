import { expect, test } from '@playwright/test';
import { useStage } from '../support/stage';
import { Surat } from '../support/surat';

const held = useStage();

test('the first visit, to a usable inbox, costs at most 250 kB and 12 requests', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const wire = await page.context().newCDPSession(page);
  await wire.send('Network.enable');
  let octets = 0;
  let requests = 0;
  wire.on('Network.requestWillBeSent', ({ request }) => (requests += request.url.startsWith('http') ? 1 : 0));
  wire.on('Network.requestServedFromCache', () => (requests -= 1));
  wire.on('Network.webSocketCreated', () => (requests += 1));
  wire.on('Network.loadingFinished', ({ encodedDataLength }) => (octets += encodedDataLength));
  wire.on('Network.webSocketFrameReceived', ({ response }) => (octets += response.payloadData.length * 0.75));
  wire.on('Network.webSocketFrameSent', ({ response }) => (octets += response.payloadData.length * 0.75));

  await surat.enter('ayu@surat.test');
  await expect(surat.messages.getByRole('row').first()).toBeVisible();

  console.log(`first visit: ${Math.round(octets / 1000)} kB, ${requests} requests`);
  expect(requests).toBeLessThanOrEqual(12);
  expect(octets).toBeLessThanOrEqual(250_000);
});

test('nothing is asked of anyone but the proxy, and the page refuses inline script', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  const hosts = new Set<string>();
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  const response = await page.goto(held.stage.url);

  await surat.enter('ayu@surat.test');

  expect([...hosts]).toEqual([new URL(held.stage.url).host]);
  const policy = response!.headers()['content-security-policy'];
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/script-src[^;]*'unsafe-(inline|eval)'/);
});

test('no text of the page becomes HTML or a script', async ({ page }) => {
  const surat = new Surat(page, held.stage);
  await surat.enter('ayu@surat.test');

  const refused = await page.evaluate(() => {
    const attempts: Record<string, () => unknown> = {
      innerHTML: () => (document.createElement('p').innerHTML = '<b>x</b>'),
      insertAdjacentHTML: () => document.body.insertAdjacentHTML('beforeend', '<b>x</b>'),
      write: () => document.write('<b>x</b>'),
      handler: () => document.body.setAttribute('onclick', 'x'),
      script: () => (document.createElement('script').text = 'x'),
      worker: () => new Worker('/start.js'),
      policy: () => (window as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }).trustedTypes.createPolicy('more', {}),
    };
    return Object.keys(attempts).filter((name) => {
      try {
        attempts[name]();
        return false;
      } catch (error) {
        return error instanceof TypeError;
      }
    });
  });

  expect(refused).toEqual(['innerHTML', 'insertAdjacentHTML', 'write', 'handler', 'script', 'worker', 'policy']);
});
