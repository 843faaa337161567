import { spawn, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSocket, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Settings } from '../../gateways/object-store/open-s3.ts';

/** An S3 store for one test file. */
export interface S3Server {
  readonly settings: S3Settings;
  stop(): Promise<void>;
}

const keys = { accessKeyId: 'TESTACCESSKEY', secretAccessKey: 'test-secret-access-key', region: 'us-east-1' };

/** In memory and strict: a request without a signature is refused, and a listing comes two keys at a time. */
export async function startStrictServer(): Promise<S3Server & { readonly requests: string[]; failNext: number }> {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const state = { failNext: 0 };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const url = new URL(request.url!, 'http://store');
      const key = decodeURIComponent(url.pathname).replace(/^\/bucket\/?/, '');
      requests.push(`${request.method} ${key || '?'}`);
      const answer = (status: number, text: string | Buffer = '', headers: Record<string, string> = {}): void => { response.writeHead(status, headers).end(text); };
      if (!/^AWS4-HMAC-SHA256 Credential=TESTACCESSKEY\/\d{8}\/us-east-1\/s3\/aws4_request/.test(request.headers.authorization ?? '')) return answer(403, '<Error><Code>AccessDenied</Code></Error>');
      if (state.failNext > 0) { state.failNext -= 1; return answer(503, '<Error><Code>SlowDown</Code></Error>'); }
      if (key === '') return answer(200, listing(objects, url.searchParams));
      if (request.method === 'PUT') { objects.set(key, body); return answer(200, '', { etag: `"${md5(body)}"` }); }
      if (request.method === 'DELETE') { objects.delete(key); return answer(204); }
      const found = objects.get(key);
      return found === undefined ? answer(404, '<Error><Code>NoSuchKey</Code></Error>') : answer(200, found);
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, {
    requests, settings: { ...keys, bucket: 'bucket', endpoint },
    stop: () => new Promise<void>((resolve) => { server.closeAllConnections(); server.close(() => { resolve(); }); }),
  });
}

/** Versity S3 Gateway over a folder, where it is on the PATH. */
export const versity: string | undefined = (() => {
  try {
    return execFileSync('sh', ['-c', 'command -v versitygw || ls "$(go env GOPATH)/bin/versitygw"'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
})();

export async function startVersity(): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 's3-'));
  mkdirSync(join(folder, 'bucket'));
  const port = await freePort();
  const server = spawn(versity!, ['--port', `127.0.0.1:${port}`, '--access', keys.accessKeyId, '--secret', keys.secretAccessKey, 'posix', folder], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => { server.once('exit', () => { resolve(); }); });
  for (;;) {
    if (await fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false)) break;
    if (server.exitCode !== null) throw new Error('versitygw ended before it answered');
    await sleep(50);
  }
  return {
    settings: { ...keys, bucket: 'bucket', endpoint: `http://127.0.0.1:${port}` },
    async stop() {
      server.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const md5 = (body: Buffer): string => createHash('md5').update(body).digest('hex');

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function listing(objects: ReadonlyMap<string, Buffer>, query: URLSearchParams): string {
  const after = query.get('continuation-token') ?? '';
  const matching = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after).sort();
  const page = matching.slice(0, 2);
  const contents = page.map((key) => `<Contents><Key>${encodeURIComponent(key).replaceAll('%20', '+')}</Key><ETag>&quot;${md5(objects.get(key)!)}&quot;</ETag><Size>${objects.get(key)!.length}</Size></Contents>`).join('');
  return `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${String(matching.length > 2)}</IsTruncated>${contents}${matching.length > 2 ? `<NextContinuationToken>${page[1]!}</NextContinuationToken>` : ''}</ListBucketResult>`;
}

async function freePort(): Promise<number> {
  const socket = createSocket();
  await new Promise<void>((resolve) => { socket.listen(0, '127.0.0.1', resolve); });
  const { port } = socket.address() as AddressInfo;
  await new Promise<void>((resolve) => { socket.close(() => { resolve(); }); });
  return port;
}
