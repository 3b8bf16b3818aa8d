import { readFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { concatBytes, decodeUtf8, encodeUtf8, fromBase64, toBase64 } from '#base/core/index.ts';
import { activeGeneration, requirePurpose } from './file-custody.ts';
import { KeysError } from './errors.ts';
import type { RootHolder } from './folder-custody.ts';

/** Where a root key is in the transit engine of OpenBao or Vault. */
export interface TransitPlace {
  readonly kind: 'transit';
  /** Address of the server, `https://…`; plain HTTP to loopback only. */
  readonly url: string;
  /** Path at which the engine is mounted, such as `transit`. */
  readonly mount: string;
  /** Name of the key. */
  readonly key: string;
  /** File with the certificates of the server's authority, PEM; absent for those that Node trusts. */
  readonly authority?: string;
}

/** Asks the server. A 404 is null. */
type Ask = (method: 'GET' | 'POST', path: string, body?: object) => Promise<Record<string, unknown> | null>;

const SEALED_FORMAT = 3;
const CIPHERTEXT = /^vault:v([1-9][0-9]{0,8}):[A-Za-z0-9+/=]{24,}$/;
const TIMEOUT_MS = 10_000;
const MOST_BYTES = 1_048_576;

/**
 * Opens the root key in a transit engine. It is made there and not exportable: what is to be sealed goes to the server.
 *
 * @param token of the server; needs `update` on encrypt, decrypt, keys/…/rotate, config and trim, and `read` on the key
 * @throws {KeysError} KEYS_CUSTODY_UNAVAILABLE, KEYS_PIN_WRONG, KEYS_ROOT_MISSING
 * @see the transit secrets engine's HTTP API
 */
export async function openTransitRoot(place: TransitPlace, token: string): Promise<RootHolder> {
  const ask = makeAsk(place, token);
  const generations = await readGenerations(ask, place);
  if (generations !== null) return new TransitRoot(ask, place, generations);
  throw new KeysError('KEYS_ROOT_MISSING', `Cannot open root key: ${place.url} has no key ${place.key}`, {
    hint: 'Restore the server from its own backup; without its key the data is lost',
  });
}

/** Makes a root key in a transit engine. @throws {KeysError} KEYS_CUSTODY_UNAVAILABLE, KEYS_PIN_WRONG, KEYS_ROOT_EXISTS */
export async function createTransitRoot(place: TransitPlace, token: string): Promise<RootHolder> {
  const ask = makeAsk(place, token);
  if ((await readGenerations(ask, place)) !== null) {
    throw new KeysError('KEYS_ROOT_EXISTS', `Cannot make root key: ${place.url} has a key ${place.key} already`);
  }
  const body = { type: 'aes256-gcm96', exportable: false, allow_plaintext_backup: false };
  await ask('POST', `keys/${place.key}`, body);
  return openTransitRoot(place, token);
}

class TransitRoot implements RootHolder {
  readonly kind = 'transit';
  readonly loopbackOnly = false;
  readonly #place: TransitPlace;
  #ask: Ask | null;
  #generations: readonly number[];

  constructor(ask: Ask, place: TransitPlace, generations: readonly number[]) {
    this.#ask = ask;
    this.#place = place;
    this.#generations = generations;
  }

  get generations(): readonly number[] {
    return this.#generations;
  }

  async seal(purpose: string, material: Uint8Array): Promise<Uint8Array> {
    requirePurpose(purpose);
    const body = {
      plaintext: toBase64(material),
      associated_data: toBase64(encodeUtf8(purpose)),
      key_version: this.#generations.at(-1),
    };
    const answer = await this.#open()('POST', `encrypt/${this.#place.key}`, body);
    const ciphertext = String(answer?.['ciphertext']);
    if (!CIPHERTEXT.test(ciphertext)) throw unavailable(this.#place, 'its answer is no ciphertext');
    return concatBytes([Uint8Array.of(SEALED_FORMAT), encodeUtf8(ciphertext)]);
  }

  async open(purpose: string, sealed: Uint8Array): Promise<Uint8Array> {
    const ask = this.#open();
    requirePurpose(purpose);
    try {
      if (!this.#generations.includes(this.generationOf(sealed))) throw new RangeError('not sealed here');
      const body = { ciphertext: decodeUtf8(sealed.subarray(1)), associated_data: toBase64(encodeUtf8(purpose)) };
      const answer = await ask('POST', `decrypt/${this.#place.key}`, body);
      return fromBase64(String(answer?.['plaintext']));
    } catch (cause) {
      if (cause instanceof KeysError && cause.code !== 'KEYS_CUSTODY_DAMAGED') throw cause;
      throw new KeysError('KEYS_CUSTODY_DAMAGED', `Cannot open ${purpose}: it was not sealed so under this root key`, {
        cause,
        hint: 'Restore the keys folder and the catalogue from one and the same backup',
      });
    }
  }

  generationOf(sealed: Uint8Array): number {
    if (sealed[0] !== SEALED_FORMAT || sealed.length > MOST_BYTES) return 0;
    // Latin letters only: bytes that are none cannot match.
    return Number(CIPHERTEXT.exec(Buffer.from(sealed.subarray(1)).toString('latin1'))?.[1] ?? 0);
  }

  async rotate(): Promise<number> {
    const ask = this.#open();
    await ask('POST', `keys/${this.#place.key}/rotate`, {});
    await this.#reread(ask);
    return this.#generations.at(-1) ?? 0;
  }

  /** The engine forgets versions from the oldest on only: all older ones go with it. */
  async destroyGeneration(generation: number): Promise<void> {
    const ask = this.#open();
    if (generation === this.#generations.at(-1)) throw activeGeneration(generation);
    if (!this.#generations.includes(generation)) return;
    if (generation !== this.#generations[0]) {
      throw new KeysError('KEYS_VERSION_NEEDED', `Cannot destroy generation ${generation}: older ones are there`, {
        hint: `Destroy generation ${this.#generations[0]} first: this engine forgets from the oldest on`,
      });
    }
    const least = generation + 1;
    await ask('POST', `keys/${this.#place.key}/config`, {
      min_decryption_version: least,
      min_encryption_version: least,
    });
    await ask('POST', `keys/${this.#place.key}/trim`, { min_available_version: least });
    await this.#reread(ask);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ask = null;
  }

  async #reread(ask: Ask): Promise<void> {
    this.#generations = (await readGenerations(ask, this.#place)) ?? [];
  }

  #open(): Ask {
    if (this.#ask === null) throw new KeysError('KEYS_CLOSED', 'Cannot use root key: custody was closed');
    return this.#ask;
  }
}

async function readGenerations(ask: Ask, { key }: TransitPlace): Promise<readonly number[] | null> {
  const found = await ask('GET', `keys/${key}`);
  if (found === null) return null;
  const latest = Number(found['latest_version']);
  const first = Math.max(Number(found['min_available_version']), Number(found['min_decryption_version']), 1);
  if (!Number.isInteger(latest) || latest < 1 || latest - first > 10_000) return null;
  return Array.from({ length: latest - first + 1 }, (_, at) => first + at);
}

function makeAsk(place: TransitPlace, token: string): Ask {
  const base = new URL(place.url);
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(base.hostname);
  if (base.protocol !== 'https:' && !(base.protocol === 'http:' && loopback)) {
    throw unavailable(place, 'it is not reached over TLS');
  }
  const send = base.protocol === 'https:' ? requestHttps : requestHttp;
  const ca = place.authority === undefined ? {} : { ca: readFileSync(place.authority) };
  return async (method, path, body) => {
    const url = new URL(`/v1/${place.mount}/${path}`, base);
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = { 'x-vault-token': token, 'x-vault-request': 'true', 'content-type': 'application/json' };
    const reply = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      const outgoing = send(url, { method, headers, timeout: TIMEOUT_MS, ...ca }, (incoming) => {
        text(incoming).then((read) => resolve({ status: incoming.statusCode ?? 0, body: read }), reject);
      });
      outgoing.once('timeout', () => outgoing.destroy(new Error('it does not answer')));
      outgoing.once('error', reject);
      outgoing.end(payload);
    }).catch((cause: Error) => {
      throw unavailable(place, cause.message, cause);
    });
    if (reply.status === 404) return null;
    if (reply.status === 403) {
      throw new KeysError('KEYS_PIN_WRONG', `Cannot use ${place.url}: the token is not one that may`, {
        hint: 'Give a token whose policy covers this key: see docs/tasks/keep-keys-in-an-hsm.md',
      });
    }
    if (reply.status === 400)
      throw new KeysError('KEYS_CUSTODY_DAMAGED', `Cannot use key ${place.key}: ${reply.body.slice(0, 200)}`);
    if (reply.status === 204 || reply.body === '') return {};
    if (reply.status !== 200) throw unavailable(place, `it answers ${reply.status}`);
    return (JSON.parse(reply.body) as { data?: Record<string, unknown> }).data ?? {};
  };
}

function unavailable({ url }: TransitPlace, why: string, cause?: unknown): KeysError {
  return new KeysError('KEYS_CUSTODY_UNAVAILABLE', `Cannot use root key at ${url}: ${why}`, {
    cause,
    hint: 'See whether the server runs, is unsealed, and is reached with the right certificates',
  });
}
