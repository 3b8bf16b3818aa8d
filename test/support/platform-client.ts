import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { httpSigningKey, signRequest } from '#base/crypto/index.ts';
import type { DataDirectory, PlatformAddress, PlatformStatus } from '#run/server/index.ts';

/** An answer of the API, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly trailers: IncomingMessage['trailers'];
  readonly body: Buffer;
  json<T = unknown>(): T;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Calls the listener for tokens, as the person of this one, instead of the operator. */
  readonly token?: string;
  /** Breaks the request off. */
  readonly signal?: AbortSignal;
}

/** Calls the API of a running platform as its operator, or as the person of a token, and gives the answer as it begins. */
async function openAnswer(
  layout: DataDirectory,
  address: Pick<PlatformAddress, 'https' | 'api'>,
  method: string,
  path: string,
  { body, headers, token, signal }: CallOptions,
): Promise<IncomingMessage> {
  const ca = await readFile(join(layout.identity, 'ca.crt'));
  const credential =
    token === undefined
      ? {
          key: await readFile(join(layout.operator, 'operator.key')),
          cert: await readFile(join(layout.operator, 'operator.crt')),
        }
      : {};
  const url = new URL(path, token === undefined ? address.https : address.api);
  const payload =
    body === undefined || body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method,
        ca,
        ...credential,
        agent: false,
        ...(signal === undefined ? {} : { signal }),
        headers: {
          ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...('key' in credential ? signed(method, url, payload, credential.key) : {}),
          ...headers,
        },
      },
      resolve,
    );
    outgoing.once('error', reject);
    outgoing.end(payload);
  });
}

/** Calls the API of a running platform as its operator, or as the person of a token. */
export async function callPlatform(
  layout: DataDirectory,
  address: Pick<PlatformAddress, 'https' | 'api'>,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const reply = await openAnswer(layout, address, method, path, options);
  const bytes = await buffer(reply);
  return {
    status: reply.statusCode ?? 0,
    headers: reply.headers,
    trailers: reply.trailers,
    body: bytes,
    json: <T>() => JSON.parse(bytes.toString('utf8')) as T,
  };
}

/** As the command line does it: a platform that asks for no signatures leaves them aside. */
function signed(method: string, url: URL, payload: unknown, pem: Buffer): Record<string, string> {
  const body = payload === undefined ? null : Buffer.from(payload as string | Uint8Array);
  const created = Math.floor(Date.now() / 1_000);
  return signRequest({ method, url, body, created, nonce: randomUUID() }, httpSigningKey(pem.toString('utf8')));
}

/** Key and certificates of an enrolled device, PEM, and where they lie as files for programs that want such. */
export interface TestDevice {
  readonly name: string;
  readonly key: string;
  readonly certificate: string;
  readonly authority: string;
  readonly files: { readonly key: string; readonly certificate: string; readonly authority: string };
}

/** What a test asks of a running platform, wherever it runs. */
export class PlatformClient {
  readonly folder: string;
  readonly layout: DataDirectory;
  readonly #address: () => PlatformAddress;

  /** @param folder the test's own, where the files of devices go */
  constructor(folder: string, layout: DataDirectory, address: () => PlatformAddress) {
    this.folder = folder;
    this.layout = layout;
    this.#address = address;
  }

  /** Calls the API as the operator, or as the person of a token. */
  call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    return callPlatform(this.layout, this.#address(), method, path, options);
  }

  /** Reads an answer to its end and keeps nothing of it. @returns its bytes; throws where it is no success, or breaks off */
  async drain(method: string, path: string, options: CallOptions = {}): Promise<number> {
    const reply = await openAnswer(this.layout, this.#address(), method, path, options);
    let bytes = 0;
    for await (const part of reply) bytes += (part as Buffer).length;
    if (reply.statusCode !== 200) throw new Error(`${method} ${path}: ${reply.statusCode}`);
    return bytes;
  }

  /** Calls the API and gives what it answered. Throws with its code where that is no success. */
  async ask<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    const answer = await this.call(method, path, options);
    if (answer.status < 300) return answer.json<T>();
    const { code } = answer.json<{ code?: string }>();
    throw Object.assign(new Error(`${answer.status} ${answer.body.toString('utf8')}`), { code, status: answer.status });
  }

  /** Rows of a statement, as the operator or the person of a token. */
  async query<Row = Record<string, unknown>>(
    sql: string,
    { purpose, token }: { purpose?: string; token?: string } = {},
  ): Promise<Row[]> {
    const body = { sql, ...(purpose === undefined ? {} : { purpose }) };
    const options = { body, ...(token === undefined ? {} : { token }) };
    return (await this.ask<{ rows: Row[] }>('POST', '/v1/query', options)).rows;
  }

  async status(): Promise<PlatformStatus> {
    return this.ask('GET', '/v1/status');
  }

  async enrol(name: string, type: string, life?: { readonly days: number }): Promise<TestDevice> {
    const bundle = await this.ask<Record<'key' | 'certificate' | 'authority', string>>('POST', '/v1/devices', {
      body: { name, type, ...life },
    });
    return this.#keep(name, bundle);
  }

  /** Adds a person and gives their token. */
  async addUser(name: string, roles: readonly string[]): Promise<string> {
    return (await this.ask<{ token: string }>('POST', '/v1/users', { body: { name, roles } })).token;
  }

  async #keep(name: string, bundle: Record<'key' | 'certificate' | 'authority', string>): Promise<TestDevice> {
    const { key, certificate, authority } = bundle;
    const folder = join(this.folder, 'devices', name);
    await mkdir(folder, { recursive: true });
    const files = {
      key: join(folder, 'device.key'),
      certificate: join(folder, 'device.crt'),
      authority: join(folder, 'ca.crt'),
    };
    await writeFile(files.key, key, { mode: 0o600 });
    await writeFile(files.certificate, certificate);
    await writeFile(files.authority, authority);
    return { name, key, certificate, authority, files };
  }
}
