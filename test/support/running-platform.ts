import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { layoutOf, startPlatform } from '#run/server/index.ts';
import type { DataDirectory, Platform, PlatformOptions } from '#run/server/index.ts';
import { createFileCustody, inspectFileCustody, openFileCustody } from '#trust/keys/index.ts';

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
}

/** Key and certificates of an enrolled device, PEM, and where they lie as files for programs that want such. */
export interface TestDevice {
  readonly name: string;
  readonly key: string;
  readonly certificate: string;
  readonly authority: string;
  readonly files: { readonly key: string; readonly certificate: string; readonly authority: string };
}

/** A platform of its own for a test: real processes, ports that the system gives, a folder that goes with it. */
export interface TestPlatform extends AsyncDisposable {
  readonly folder: string;
  readonly layout: DataDirectory;
  readonly platform: Platform;
  /** Calls the API as the operator, or as the person of a token. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Rows of a statement, as the operator or the person of a token. */
  query(sql: string, options?: { purpose?: string; token?: string }): Promise<Record<string, unknown>[]>;
  enrol(name: string, type: string): Promise<TestDevice>;
  /** Stops the platform and starts it again on the same folder. */
  restart(options?: Partial<PlatformOptions>): Promise<void>;
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Starts a platform with a demo key and a template given as YAML, with the files beside it. */
export async function startTestPlatform(
  yaml: string,
  files: Readonly<Record<string, string>> = {},
  options: Partial<PlatformOptions> = {},
): Promise<TestPlatform> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-platform-'));
  const layout = layoutOf(join(folder, 'data'));
  const text = /^template:/m.test(yaml) ? yaml : `template: 1\nname: test\n${yaml}`;
  const start = async (more: Partial<PlatformOptions>): Promise<Platform> => {
    await mkdir(layout.keys, { recursive: true });
    const sources = { clock: systemClock, random: systemRandom };
    const custody =
      (await inspectFileCustody(layout.keys)) === null
        ? await createFileCustody(layout.keys, { demo: true }, sources)
        : await openFileCustody(layout.keys, null, systemRandom);
    const source = { path: 'template.yaml', text, files };
    return startPlatform({
      data: layout.root,
      custody,
      source,
      ports: { mqtt: 0, https: 0, api: 0 },
      log: quiet,
      ...options,
      ...more,
    });
  };
  return new RunningPlatform(folder, layout, await start({}), start);
}

class RunningPlatform implements TestPlatform {
  readonly folder: string;
  readonly layout: DataDirectory;
  readonly #start: (more: Partial<PlatformOptions>) => Promise<Platform>;
  #platform: Platform;

  constructor(
    folder: string,
    layout: DataDirectory,
    platform: Platform,
    start: (more: Partial<PlatformOptions>) => Promise<Platform>,
  ) {
    this.folder = folder;
    this.layout = layout;
    this.#platform = platform;
    this.#start = start;
  }

  get platform(): Platform {
    return this.#platform;
  }

  async call(method: string, path: string, { body, headers, token }: CallOptions = {}): Promise<Answer> {
    const { https, api } = this.#platform.address;
    const ca = await readFile(join(this.layout.identity, 'ca.crt'));
    const credential =
      token === undefined
        ? {
            key: await readFile(join(this.layout.operator, 'operator.key')),
            cert: await readFile(join(this.layout.operator, 'operator.crt')),
          }
        : {};
    const payload =
      body === undefined || body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body);
    const reply = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = request(
        new URL(path, token === undefined ? https : api),
        {
          method,
          ca,
          ...credential,
          agent: false,
          headers: {
            ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...headers,
          },
        },
        resolve,
      );
      outgoing.once('error', reject);
      outgoing.end(payload);
    });
    const bytes = await buffer(reply);
    return {
      status: reply.statusCode ?? 0,
      headers: reply.headers,
      trailers: reply.trailers,
      body: bytes,
      json: <T>() => JSON.parse(bytes.toString('utf8')) as T,
    };
  }

  async query(
    sql: string,
    { purpose, token }: { purpose?: string; token?: string } = {},
  ): Promise<Record<string, unknown>[]> {
    const body = { sql, ...(purpose === undefined ? {} : { purpose }) };
    const answer = await this.call('POST', '/v1/query', { body, ...(token === undefined ? {} : { token }) });
    if (answer.status !== 200)
      throw Object.assign(new Error(answer.body.toString('utf8')), { code: answer.json<{ code?: string }>().code });
    return answer.json<{ rows: Record<string, unknown>[] }>().rows;
  }

  async enrol(name: string, type: string): Promise<TestDevice> {
    const answer = await this.call('POST', '/v1/devices', { body: { name, type } });
    if (answer.status !== 201) throw new Error(answer.body.toString('utf8'));
    const { key, certificate, authority } = answer.json<Record<'key' | 'certificate' | 'authority', string>>();
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

  async restart(options: Partial<PlatformOptions> = {}): Promise<void> {
    await this.#platform[Symbol.asyncDispose]();
    this.#platform = await this.#start(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#platform[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}
