// A link that can be cut: connections to a free port of 127.0.0.1 go on to another one, until `cut`.
import { createServer, connect, type Server, type Socket } from 'node:net';

export class Link {
  private sockets = new Set<Socket>();
  private target = 0;

  private constructor(private server: Server, readonly port: number) {}

  static async open(): Promise<Link> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const link = new Link(server, (server.address() as { port: number }).port);
    server.on('connection', (socket) => link.join(socket));
    return link;
  }

  /** From now on connections lead there. */
  leadTo(port: number) {
    this.target = port;
  }

  private join(near: Socket) {
    const far = connect(this.target, '127.0.0.1');
    for (const [socket, other] of [[near, far], [far, near]]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      // A connection that breaks is what this is for; its other half ends with it.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  }

  /** Cuts every connection at once, wherever it is in what it says. New ones are let in. */
  cut() {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async close() {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
