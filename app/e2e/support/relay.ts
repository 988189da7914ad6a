// A relay between the browser and the proxy: it counts what goes over the wire, can be cut, and can serve another
// version of the app than the proxy has. Its address stays the same, as that of a real site does.
import { createHash } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Stage } from './stage';

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64');

export class Relay {
  /** Method and path of each request that came. */
  requests: string[] = [];
  /** Put into the page, so that it is another version of the app; empty for the one that the proxy has. */
  version = '';
  /** Served as the service worker, instead of the proxy's. */
  worker = '';
  /** Refuse these paths. */
  broken = /^$/;
  /** Speak another version of the protocol than every app. */
  isForeign = false;
  url = '';
  private port = 0;
  private server?: http.Server;
  private sockets = new Set<net.Socket>();

  private constructor(private stage: Stage) {}

  static async start(stage: Stage): Promise<Relay> {
    const relay = new Relay(stage);
    await relay.connect();
    return relay;
  }

  /** Takes connections, again on the port that it had. */
  async connect() {
    const server = http.createServer((request, response) => void this.serve(request, response));
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket as net.Socket, head));
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.url = `http://127.0.0.1:${this.port}/`;
    this.server = server;
  }

  /** Takes no connections any more, and ends those that there are: a network that is gone. */
  async cut() {
    const closed = new Promise((resolve) => this.server?.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Files that went over the wire since this was asked last. */
  files(): string[] {
    return this.requests.splice(0).filter((request) => /[-_][0-9a-f]{16}/.test(request));
  }

  private async serve(request: http.IncomingMessage, response: http.ServerResponse) {
    const path = request.url ?? '/';
    this.requests.push(`${request.method} ${path}`);
    if (this.broken.test(path)) return void response.writeHead(503).end();
    if (path === '/sw.js' && this.worker) return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(this.worker);
    const body = await read(request);
    const isWhole = this.version !== '' && (path === '/sw.js' || request.headers['sec-fetch-mode'] === 'navigate' || path === '/');
    const headers = { ...request.headers };
    // What is changed must be sent, and must be text.
    if (isWhole) for (const name of ['if-none-match', 'accept-encoding']) delete headers[name];
    const answer = await ask(this.stage.url, request.method ?? 'GET', path, headers, body);
    if (!isWhole) return void response.writeHead(answer.status, answer.headers).end(answer.body);
    const text = answer.body.toString();
    const page = (await ask(this.stage.url, 'GET', '/', {}, Buffer.alloc(0))).body.toString();
    const changed = path === '/sw.js'
      ? text.replace(`sha256-${sha256(page)}`, `sha256-${sha256(this.change(page))}`).replace(/surat-files-[0-9a-f]+/, `surat-files-${this.version}`)
      : this.change(text);
    const { etag: _, ...own } = answer.headers;
    response.writeHead(answer.status, { ...own, 'content-length': Buffer.byteLength(changed) }).end(changed);
  }

  private change(page: string): string {
    return page.replace('<title>', `<meta name=version content="${this.version}"><title>`);
  }

  private upgrade(request: http.IncomingMessage, browser: net.Socket, head: Buffer) {
    this.requests.push(`WS ${request.url}`);
    if (this.isForeign) {
      const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      browser.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
      // A binary frame that no version of the app understands.
      browser.write(Buffer.from([0x82, 0x02, 0xff, 0xff]));
      browser.on('error', () => browser.destroy());
      return;
    }
    const proxy = net.connect(Number(new URL(this.stage.url).port), '127.0.0.1', () => {
      const lines = request.rawHeaders.reduce((text, word, at) => text + word + (at % 2 ? '\r\n' : ': '), '');
      proxy.write(`GET ${request.url} HTTP/1.1\r\n${lines}\r\n`);
      proxy.write(head);
      proxy.pipe(browser).pipe(proxy);
    });
    for (const [one, other] of [[proxy, browser], [browser, proxy]]) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  }

  async stop() {
    if (this.server?.listening) await this.cut();
  }
}

async function read(request: http.IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

function ask(url: string, method: string, path: string, headers: http.OutgoingHttpHeaders, body: Buffer) {
  return new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    const request = http.request(new URL(path, url), { method, headers }, async (answer) => {
      resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: await read(answer) });
    });
    request.on('error', reject);
    request.end(body);
  }).catch(() => ({ status: 502, headers: {}, body: Buffer.from('The proxy cannot be reached.\n') }));
}
