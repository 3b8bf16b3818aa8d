import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, systemClock } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { httpSigningKey, signRequest, systemRandom } from '#base/crypto/index.ts';
import type { HttpSignatureKey } from '#base/crypto/index.ts';
import { CliError } from './errors.ts';
import { wholeId, withWholeId } from './whole-id.ts';
import type { Refusal } from './errors.ts';
import type { FoundPlatform } from './locate.ts';
import { readOperator } from './locate.ts';

/** How long one request that is refused for its rate waits for its turn, in all. */
const PATIENCE_S = 90;

export interface CallOptions {
  readonly body?: Json | Uint8Array | AsyncIterable<Uint8Array>;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
  /** Id of the last server-sent event that came. */
  readonly lastEventId?: string;
}

/** Speaks to a running platform over HTTPS: as the operator by client certificate, or as the person of a token. */
export class PlatformClient implements Disposable {
  readonly #origin: string;
  readonly #agent: Agent;
  readonly #token: string | null;
  /** Signs each request, for platforms that want it. */
  readonly #key: HttpSignatureKey | null;

  private constructor(origin: string, agent: Agent, token: string | null, key: HttpSignatureKey | null = null) {
    this.#origin = origin;
    this.#agent = agent;
    this.#token = token;
    this.#key = key;
  }

  /** @throws {CliError} CLI_NO_CREDENTIAL if neither the operator's credential nor the token file can be read */
  static async open(platform: FoundPlatform, tokenFile: string | undefined): Promise<PlatformClient> {
    if (tokenFile !== undefined) {
      const token = await readFile(tokenFile, 'utf8').catch((cause: unknown) => {
        const why = hasCode(cause, 'ENOENT') ? 'is not there' : 'is not readable';
        throw new CliError('CLI_NO_CREDENTIAL', `Cannot read token: ${tokenFile} ${why}`, {
          hint: 'Get one with `npm run -s weir -- login`, or leave --token-file out to act as the operator',
          cause,
        });
      });
      if (token.trim() === '') {
        throw new CliError('CLI_NO_CREDENTIAL', `Cannot read token: ${tokenFile} is empty`, {
          hint: 'A token is shown once, as it is made: have a new one made with weir user token',
        });
      }
      // What no header can hold is no token: a file with what the command said beside it, or another one.
      if (!/^[\x21-\x7e]+$/.test(token.trim())) {
        throw new CliError(
          'CLI_NO_CREDENTIAL',
          `Cannot use token: ${tokenFile} holds more than a token, or another thing`,
          {
            hint: 'Keep the token alone in it, on one line',
          },
        );
      }
      const ca = await readFile(join(platform.layout.identity, 'ca.crt'), 'utf8');
      return new PlatformClient(platform.address.api, new Agent({ ca, keepAlive: true }), token.trim());
    }
    const { key, certificate, authority } = await readOperator(platform.layout);
    const agent = new Agent({ key, cert: certificate, ca: authority, keepAlive: true });
    return new PlatformClient(platform.address.https, agent, null, httpSigningKey(key));
  }

  /**
   * A line to any platform, as the person of a token or as nobody.
   *
   * @param authority its certificate authority as PEM; null trusts what Node trusts
   */
  static at(origin: string, authority: string | null, token: string | null): PlatformClient {
    return new PlatformClient(
      origin,
      new Agent({ keepAlive: true, ...(authority === null ? {} : { ca: authority }) }),
      token,
    );
  }

  /**
   * The reply to a request as it arrives; a refusal (4xx, 5xx) is thrown. What is only read is asked for again where the
   * platform says that it was too much and when to come again. Of an id the beginning is enough.
   */
  async stream(method: string, given: string, options: CallOptions = {}): Promise<IncomingMessage> {
    const path = await withWholeId(given, (list) => this.json('GET', list));
    let patience = PATIENCE_S;
    for (;;) {
      const reply = await this.#send(method, path, options);
      const status = reply.statusCode ?? 500;
      if (status < 400) return reply;
      const body = await text(reply);
      const wait = method === 'GET' && status === 429 ? secondsOf(reply.headers['retry-after']) : null;
      if (wait === null || wait > patience) throw refusal(body, status);
      // Each attempt costs something, so that a platform that always says `now` is not asked for ever.
      patience -= Math.max(wait, 1);
      await sleep(wait * 1_000, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  }

  /** The JSON that a request is answered with. */
  async json<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    return JSON.parse(await text(await this.stream(method, path, options))) as T;
  }

  /** The id of a kind that this is the beginning of, for what is named in a body. */
  wholeId(kind: string, given: string): Promise<string> {
    return wholeId(kind, given, (list) => this.json('GET', list));
  }

  /** The text that a request is answered with. */
  async text(method: string, path: string, options: CallOptions = {}): Promise<string> {
    return text(await this.stream(method, path, { accept: 'text/plain', ...options }));
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  #sign(method: string, url: URL, body: Uint8Array | null): Record<string, string> {
    if (this.#key === null) return {};
    const created = Math.floor(systemClock.now() / 1_000_000);
    const nonce = Buffer.from(systemRandom.bytes(18)).toString('base64url');
    return signRequest({ method, url, body, created, nonce }, this.#key);
  }

  #send(method: string, path: string, options: CallOptions): Promise<IncomingMessage> {
    const { body, signal } = options;
    const headers: Record<string, string> = { accept: options.accept ?? 'application/json' };
    if (options.lastEventId !== undefined) headers['last-event-id'] = options.lastEventId;
    if (this.#token !== null) headers['authorization'] = `Bearer ${this.#token}`;
    const payload = body === undefined || isBytes(body) || isStream(body) ? body : Buffer.from(JSON.stringify(body));
    if (payload !== undefined) headers['content-type'] = options.contentType ?? 'application/json';
    if (payload !== undefined && isBytes(payload)) headers['content-length'] = String(payload.length);
    const url = new URL(path, this.#origin);
    if (payload === undefined || isBytes(payload)) Object.assign(headers, this.#sign(method, url, payload ?? null));
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { method, headers, agent: this.#agent, ...(signal ? { signal } : {}) }, resolve);
      outgoing.once('error', (cause: NodeJS.ErrnoException) => reject(unreachable(url, cause)));
      if (payload !== undefined && isStream(payload)) void pump(payload, outgoing);
      else outgoing.end(payload);
    });
  }
}

/** @returns null where it is not said in seconds @see RFC 9110 section 10.2.3 */
function secondsOf(retryAfter: string | undefined): number | null {
  return retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : null;
}

function isBytes(body: unknown): body is Uint8Array {
  return body instanceof Uint8Array;
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

async function pump(source: AsyncIterable<Uint8Array>, outgoing: ReturnType<typeof request>): Promise<void> {
  try {
    for await (const chunk of source) {
      if (!outgoing.write(chunk)) await new Promise((resolve) => outgoing.once('drain', resolve));
    }
    outgoing.end();
  } catch (cause) {
    outgoing.destroy(cause as Error);
  }
}

function unreachable(url: URL, cause: NodeJS.ErrnoException): CliError {
  return new CliError('CLI_NO_PLATFORM', `Cannot reach the platform at ${url.host}: ${cause.code ?? cause.message}`, {
    hint: 'See whether it runs: the address file may be left from one that was killed',
    cause,
  });
}

/** What a problem document says (RFC 9457), as an error of this program with the platform's own code as its cause. */
function refusal(body: string, status: number): CliError {
  const problem = parseProblem(body);
  const what = problem.detail ?? problem.title ?? `Cannot go on: the platform answered ${status}`;
  // Of a statement that the engine refuses its own words say which column or type it is about.
  const message = problem.engine === undefined ? what : `${what} (${problem.engine})`;
  const cause: Refusal = { status, code: problem.code ?? '' };
  return new CliError('CLI_REFUSED', message, {
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    cause,
  });
}

function parseProblem(body: string): {
  code?: string;
  detail?: string;
  title?: string;
  hint?: string;
  engine?: string;
} {
  try {
    const problem = JSON.parse(body) as unknown;
    return typeof problem === 'object' && problem !== null ? problem : {};
  } catch {
    return {};
  }
}
