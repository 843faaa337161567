import { createWriteStream, openAsBlob } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import { ClienteleError } from '../errors.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';

/** Where an S3 bucket is and who asks. */
export interface S3Settings {
  readonly bucket: string;
  readonly region: string;
  /** Of a store that is not Amazon's; the bucket is then the first part of the path. */
  readonly endpoint?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request that fails for the store's sake is asked again so often, a little later each time. */
const retries = 4;

/**
 * A bucket that speaks the S3 protocol (Amazon S3 API Reference: ListObjectsV2, GetObject, PutObject, DeleteObject), signed by Signature Version 4.
 * Objects are put in one request each, which S3 bounds at 5 GB.
 */
export function openS3({ bucket, region, endpoint, ...credentials }: S3Settings): ObjectStore {
  const client = new AwsClient({ ...credentials, region, service: 's3', retries, initRetryMs: 200 });
  const name = `s3://${bucket}`;
  const base = endpoint === undefined ? `https://${bucket}.s3.${region}.amazonaws.com` : `${endpoint.replace(/\/+$/, '')}/${bucket}`;
  const urlOf = (key: string): string => `${base}/${key.split('/').map(encodeURIComponent).join('/')}`;

  async function ask(what: string, url: string, init: RequestInit = {}, fine: (status: number) => boolean = (status) => status < 300): Promise<Response> {
    const response = await client.fetch(url, init).catch((error: unknown) => {
      const cause = (error as Error).cause;
      throw new ClienteleError('LAKE_UNREACHABLE', { store: name, what, problem: cause instanceof Error ? cause.message || cause.name : (error as Error).message }, { cause: error });
    });
    if (fine(response.status)) return response;
    // The code alone: S3's message may repeat the access key.
    const code = /<Code>([\w.]+)<\/Code>/.exec(await response.text())?.[1];
    throw new ClienteleError('LAKE_UNREACHABLE', { store: name, what, problem: `status ${response.status}${code === undefined ? '' : ` ${code}`}` });
  }

  return {
    name,
    async list(prefix) {
      const objects: StoredObject[] = [];
      for (let token: string | undefined, more = true; more;) {
        const query = new URLSearchParams({ 'list-type': '2', 'encoding-type': 'url', prefix, ...(token === undefined ? {} : { 'continuation-token': token }) });
        const page = await (await ask('be listed', `${base}/?${query.toString()}`)).text();
        const encoded = textOf(page, 'EncodingType') === 'url';
        for (const [, content] of page.matchAll(/<Contents>(.*?)<\/Contents>/gs)) objects.push(objectOf(content!, encoded));
        token = textOf(page, 'NextContinuationToken');
        more = textOf(page, 'IsTruncated') === 'true' && token !== undefined;
      }
      return objects.sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    async get(key, file) {
      const partial = `${file}.${process.pid}-${Math.round(performance.now() * 1000)}.tmp`;
      try {
        for (let attempt = 0; ; attempt += 1) {
          const problem = await download(await client.sign(urlOf(key)), partial);
          if (problem === undefined) break;
          if (attempt === retries || !problem.again) throw new ClienteleError('LAKE_UNREACHABLE', { store: name, what: 'be read', problem: problem.words });
          await sleep(200 * 2 ** attempt);
        }
        await rename(partial, file);
      } finally {
        await rm(partial, { force: true });
      }
    },
    async put(key, file) {
      const { headers } = await ask('be written', urlOf(key), { method: 'PUT', body: await openAsBlob(file) });
      return unquoted(headers.get('etag') ?? '');
    },
    async remove(key) {
      await ask('be written', urlOf(key), { method: 'DELETE' }, (status) => status < 300 || status === 404);
    },
  };
}

/**
 * Streams a signed request's answer to a file: over node:http, because what `fetch` gives trips over its own pausing when many large answers are written to disk at once.
 * @returns what went wrong, if anything
 */
async function download({ url, headers }: Request, file: string): Promise<{ readonly words: string; readonly again: boolean } | undefined> {
  const ask = url.startsWith('https:') ? httpsRequest : httpRequest;
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => { ask(url, { headers: Object.fromEntries(headers) }, resolve).once('error', reject).end(); });
    const { statusCode: status = 0 } = response;
    if (status === 200) {
      await pipeline(response, createWriteStream(file));
      return undefined;
    }
    response.resume();
    return { words: `status ${status}`, again: status >= 500 || status === 429 };
  } catch (error) {
    // A full disk stays full.
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
    return { words: (error as NodeJS.ErrnoException).code ?? (error as Error).message, again: true };
  }
}

const textOf = (xml: string, element: string): string | undefined => {
  const text = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(xml)?.[1];
  return text?.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&apos;', "'").replaceAll('&amp;', '&');
};

const unquoted = (etag: string): string => etag.replace(/^"|"$/g, '');

/** Keys are asked for encoded as in a query, so that no character of theirs can break the XML; a store that does not do it says so by not saying that it did. */
function objectOf(content: string, encoded: boolean): StoredObject {
  const key = textOf(content, 'Key') ?? '';
  return { key: encoded ? decodeURIComponent(key.replaceAll('+', '%20')) : key, bytes: Number(textOf(content, 'Size')), etag: unquoted(textOf(content, 'ETag') ?? '') };
}
