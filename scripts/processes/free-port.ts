import { createServer } from 'node:net';

/**
 * A TCP port of 127.0.0.1 that nobody listened on a moment ago.
 * @param preferred taken when it is free
 */
export async function freePort(preferred = 0): Promise<number> {
  const port = await listenOn(preferred);
  return port ?? await listenOn(0) ?? Promise.reject(new Error('no TCP port of 127.0.0.1 is free'));
}

function listenOn(wanted: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
