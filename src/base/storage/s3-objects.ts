import { setTimeout as sleep } from 'node:timers/promises';
import { concatBytes } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { StorageError } from './errors.ts';
import { requireObjectKey } from './object-key.ts';
import type { Objects } from './ports.ts';
import { escapeS3, signS3Request } from './s3-signature.ts';
import type { S3Credentials } from './s3-signature.ts';

/** A bucket of an object store that speaks the S3 API, or a part of one. */
export interface S3Place {
  /** URL of the store, such as `https://s3.eu-central-1.amazonaws.com`; https, or http on this machine alone. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** What all keys begin with, without a slash at its end; empty for the whole bucket. */
  readonly prefix: string;
  readonly credentials: S3Credentials;
}

/** An object store behind the S3 API. */
export interface S3Objects extends Objects {
  /** Whether the bucket keeps what is replaced or deleted; null where the store does not say. */
  keepsVersions(): Promise<boolean | null>;
}

/** How long one request may take, and how many bytes a second a store has to manage besides. */
const PATIENCE_MS = 15_000;
const LEAST_RATE = 262_144;
/** Bytes that are waited for where nobody says how many come; objects have some tens of megabytes. */
const UNKNOWN_BYTES = 67_108_864;
/** Waits before a request is made again, in milliseconds. */
const AGAIN_AFTER_MS = [200, 1_000, 5_000];
/** A page of keys. */
const PAGE = 1_000;
const MOST_ANSWER = 16_777_216;

/**
 * Opens a bucket. Nothing is asked yet.
 *
 * @param options `fetch`, `clock` (epoch milliseconds) and `patienceMs` for tests
 * @throws {StorageError} STORAGE_PLACE_INVALID
 */
export function openS3Objects(
  place: S3Place,
  options: { readonly fetch?: typeof fetch; readonly clock?: () => number; readonly patienceMs?: number } = {},
): S3Objects {
  return new Bucket(place, options.fetch ?? fetch, options.clock ?? Date.now, options.patienceMs ?? PATIENCE_MS);
}

interface Asked {
  readonly method: string;
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Bytes of the answer. */
  readonly expected?: number;
}

class Bucket implements S3Objects {
  readonly #place: S3Place;
  readonly #root: URL;
  readonly #fetch: typeof fetch;
  readonly #clock: () => number;
  readonly #patienceMs: number;

  constructor(place: S3Place, request: typeof fetch, clock: () => number, patienceMs: number) {
    this.#patienceMs = patienceMs;
    this.#place = place;
    this.#root = requireEndpoint(place.endpoint);
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(place.bucket))
      throw invalid(`${place.bucket} is no name of a bucket`);
    if (place.prefix !== '') requireObjectKey(place.prefix);
    this.#fetch = request;
    this.#clock = clock;
  }

  async put(key: string, data: Uint8Array | readonly Uint8Array[]): Promise<void> {
    const body = whole(data);
    // Not every store heeds the condition; who writes here is one process, so looking first tells the same.
    if ((await this.size(key)) !== null) throw exists(key);
    const { status, again } = await this.#ask(
      { method: 'PUT', key, headers: { 'if-none-match': '*' }, body },
      [412, 409],
    );
    if (status === 200) return;
    // What an earlier attempt of this call stored, whose answer was lost, is what was to be stored.
    if (again && status === 412 && sha256Hex(await this.read(key)) === sha256Hex(body)) return;
    throw exists(key);
  }

  async replace(key: string, data: Uint8Array | readonly Uint8Array[]): Promise<void> {
    await this.#ask({ method: 'PUT', key, body: whole(data) });
  }

  async size(key: string): Promise<number | null> {
    const { status, response } = await this.#ask({ method: 'HEAD', key }, [404]);
    return status === 404 ? null : Number(response.headers.get('content-length'));
  }

  async read(key: string, start = 0, end?: number): Promise<Uint8Array> {
    if (start === 0 && end === undefined) return this.#get(key, {});
    const size = await this.size(key);
    if (size === null) throw missing(key);
    const stop = end ?? size;
    if (!(start >= 0 && start <= stop && stop <= size)) {
      throw new StorageError(
        'STORAGE_RANGE_INVALID',
        `Cannot read object ${key}: bytes ${start} to ${stop} are not within its ${size}`,
      );
    }
    return start === stop ? new Uint8Array(0) : this.#get(key, { range: `bytes=${start}-${stop - 1}` }, stop - start);
  }

  async *list(prefix: string): AsyncIterable<string> {
    const { prefix: own } = this.#place;
    const root = own === '' ? '' : `${own}/`;
    let token: string | null = null;
    do {
      const query: Record<string, string> = {
        'list-type': '2',
        'max-keys': String(PAGE),
        prefix: root + prefix,
        ...(token === null ? {} : { 'continuation-token': token }),
      };
      const { response } = await this.#ask({ method: 'GET', query });
      const xml = await textOf(response);
      requireList(xml);
      for (const [, key = ''] of xml.matchAll(/<Key>([^<]*)<\/Key>/g)) yield unescapeXml(key).slice(root.length);
      const [, next] = /<NextContinuationToken>([^<]*)<\/NextContinuationToken>/.exec(xml) ?? [];
      if (next === undefined && /<IsTruncated>true</.test(xml))
        throw failed('list objects', 'the answer has no next page');
      token = next === undefined ? null : unescapeXml(next);
    } while (token !== null);
  }

  async delete(key: string): Promise<void> {
    await this.#ask({ method: 'DELETE', key }, [404]);
  }

  /** A bucket has no end that could be asked for. */
  async free(): Promise<number> {
    return Infinity;
  }

  async keepsVersions(): Promise<boolean | null> {
    const { status, response } = await this.#ask({ method: 'GET', query: { versioning: '' } }, [403, 501]);
    if (status !== 200) return null;
    return /<Status>Enabled<\/Status>/.test(await textOf(response));
  }

  async #get(key: string, headers: Record<string, string>, expected = UNKNOWN_BYTES): Promise<Uint8Array> {
    const { status, response } = await this.#ask({ method: 'GET', key, headers, expected }, [404]);
    if (status === 404) throw missing(key);
    try {
      return new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw failed(`read object ${key}`, 'it broke off', cause);
    }
  }

  /**
   * Asks, and again where the store was busy or could not be reached.
   *
   * @param taken statuses besides those of success that the caller knows what to do with
   */
  async #ask(
    asked: Asked,
    taken: readonly number[] = [],
  ): Promise<{ status: number; response: Response; again: boolean }> {
    if (asked.key !== undefined) requireObjectKey(asked.key);
    const what = `${asked.method} ${asked.key ?? 'bucket'}`;
    for (let attempt = 0; ; attempt++) {
      const isLast = attempt === AGAIN_AFTER_MS.length;
      let response: Response;
      try {
        response = await this.#send(asked);
      } catch (cause) {
        // Who did not answer in all that time is not waited for again.
        if ((cause as Error).name === 'TimeoutError') throw failed(what, 'the store did not answer in time', cause);
        if (isLast) throw failed(what, 'the store cannot be reached', cause);
        await sleep(AGAIN_AFTER_MS[attempt]);
        continue;
      }
      const { status } = response;
      if (response.ok || taken.includes(status))
        return { status: response.ok ? 200 : status, response, again: attempt > 0 };
      const code = /<Code>([A-Za-z]{1,64})<\/Code>/.exec(await textOf(response).catch(() => ''))?.[1] ?? String(status);
      if (isLast || (status < 500 && status !== 429)) throw refused(what, status, code);
      await sleep(AGAIN_AFTER_MS[attempt]);
    }
  }

  #send({ method, key, query = {}, headers = {}, body, expected = 0 }: Asked): Promise<Response> {
    const { bucket, prefix, region, credentials } = this.#place;
    const parts = [bucket, ...(prefix === '' ? [] : [prefix]), ...(key === undefined ? [] : [key])];
    const url = new URL(this.#root);
    url.pathname = `/${parts.join('/').split('/').map(escapeS3).join('/')}`;
    url.search = Object.entries(key === undefined ? query : {})
      .map(([name, value]) => `${escapeS3(name)}=${escapeS3(value)}`)
      .join('&');
    if (key === undefined) url.pathname = `/${bucket}`;
    const payload = sha256Hex(body ?? '');
    const signed = signS3Request({ method, url, headers, payload }, credentials, region, this.#clock());
    return this.#fetch(url, {
      method,
      headers: signed,
      redirect: 'error',
      signal: AbortSignal.timeout(this.#patienceMs + Math.ceil(((body?.length ?? 0) + expected) / LEAST_RATE) * 1_000),
      ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
    });
  }
}

function requireEndpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isLocal = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLocal))) {
    throw invalid(`${text.slice(0, 80)} is no https address`);
  }
  return url;
}

function whole(data: Uint8Array | readonly Uint8Array[]): Uint8Array {
  return data instanceof Uint8Array ? data : concatBytes(data);
}

/** Untrusted: the other side decides how much it sends. */
async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > MOST_ANSWER) throw failed('read answer of the store', 'it is too long');
    parts.push(part);
  }
  return new TextDecoder().decode(concatBytes(parts));
}

/** What is no list, such as the page of somebody in between, must not pass for an empty one: erasures are certified by it. */
function requireList(xml: string): void {
  if (/<ListBucketResult[\s>]/.test(xml) && xml.includes('</ListBucketResult>')) return;
  throw failed('list objects', 'the answer is no list of objects, or broke off');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? '');
}

function exists(key: string): StorageError {
  return new StorageError('STORAGE_EXISTS', `Cannot store object ${key}: it is there already`);
}

function missing(key: string): StorageError {
  return new StorageError('STORAGE_MISSING', `Cannot read object ${key}: there is none`);
}

function invalid(why: string): StorageError {
  return new StorageError('STORAGE_PLACE_INVALID', `Cannot use object store: ${why}`);
}

function failed(what: string, why: string, cause?: unknown): StorageError {
  return new StorageError('STORAGE_IO', `Cannot ${what}: ${why}`, { cause });
}

function refused(what: string, status: number, code: string): StorageError {
  const isFull = status === 507 || code === 'QuotaExceeded' || code === 'EntityTooLarge';
  return new StorageError(isFull ? 'STORAGE_FULL' : 'STORAGE_IO', `Cannot ${what}: the store answered ${code}`, {
    hint:
      status === 403
        ? 'Check the credentials and what they may do with this bucket'
        : 'See the log of the object store',
  });
}
