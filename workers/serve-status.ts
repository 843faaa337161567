import { createServer } from 'node:http';
import { once } from 'node:events';
import { ClienteleError } from '../gateways/errors.ts';

/** What the status pages ask. */
export interface StatusSources {
  /** Why the process is beyond help and should be started again; undefined while it lives. */
  readonly dead: () => string | undefined;
  /** Why it takes no work now; undefined when it does. */
  readonly unready: () => Promise<string | undefined>;
  /** In Prometheus' text format. */
  readonly metrics: () => Promise<string>;
}

/** Health and metrics of one process: `/healthz`, `/readyz`, `/metrics`. Not for the public: bind it where only the orchestrator reaches it. */
export interface StatusServer {
  readonly url: string;
  close(): Promise<void>;
}

/** @throws ClienteleError ENVIRONMENT_INVALID when the port is taken or the host is not this machine's */
export async function serveStatus({ host, port }: { readonly host: string; readonly port: number }, sources: StatusSources): Promise<StatusServer> {
  const pages: Readonly<Record<string, () => Promise<{ status: number; type: string; body: string }>>> = {
    '/healthz': async () => word(sources.dead()),
    '/readyz': async () => word(sources.dead() ?? await sources.unready()),
    '/metrics': async () => ({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: await sources.metrics() }),
  };
  const server = createServer((request, response) => {
    const page = pages[new URL(request.url ?? '/', 'http://status').pathname];
    const answer = page === undefined || (request.method !== 'GET' && request.method !== 'HEAD')
      ? Promise.resolve({ status: page === undefined ? 404 : 405, type: 'text/plain', body: 'There are /healthz, /readyz and /metrics.\n' })
      : page().catch(() => word('a question to the process failed'));
    void answer.then(({ status, type, body }) => response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body));
  });
  server.listen(port, host);
  await once(server, 'listening').catch((error: Error) => {
    throw new ClienteleError('ENVIRONMENT_INVALID', { name: 'STATUS_PORT', problem: `not usable: ${error.message}`, remedy: 'Give another one, or leave it unset.' }, { cause: error });
  });
  const address = server.address();
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${typeof address === 'object' && address !== null ? address.port : port}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => { server.close(() => resolve()); });
    },
  };
}

const word = (trouble: string | undefined): { status: number; type: string; body: string } => ({ status: trouble === undefined ? 200 : 503, type: 'text/plain; charset=utf-8', body: `${trouble ?? 'ok'}\n` });
