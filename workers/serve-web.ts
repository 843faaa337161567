import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { ClienteleError } from '../gateways/errors.ts';

/** What answers requests; `connection` tells it whose they are. */
interface Pages { readonly fetch: (request: Request, connection?: object) => Response | Promise<Response> }

/** A web server that listens before its pages are there: links in mail need its address, and its pages need the links. */
export interface WebServer {
  /** Where it listens, with the port that was free. */
  readonly url: string;
  readonly loopback: boolean;
  /** Serves these pages from now on; before, every request is answered 503. */
  show(app: Pages): void;
  close(): Promise<void>;
}

/** @throws ClienteleError ENVIRONMENT_INVALID when the port is taken or the host is not this machine's */
export async function serveWeb({ host, port }: { readonly host: string; readonly port: number }): Promise<WebServer> {
  let respond: Pages['fetch'] = () => new Response('Starting', { status: 503, headers: { 'retry-after': '1' } });
  const listener = getRequestListener((request, connection) => respond(request, connection), { overrideGlobalObjects: false });
  const server = createServer((request, response) => { void listener(request, response); });
  await listen(server, host, port);
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    loopback: host === 'localhost' || host === '::1' || host.startsWith('127.'),
    show(app) { respond = (request, connection) => app.fetch(request, connection); },
    async close() {
      const closed = new Promise<void>((resolve) => { server.close(() => resolve()); });
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new ClienteleError('ENVIRONMENT_INVALID', { name: error.code === 'EADDRINUSE' ? 'PUBLIC_PORT' : 'PUBLIC_HOST', problem: `not usable: ${error.message}`, remedy: 'Give another one, or leave it unset.' }, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}
