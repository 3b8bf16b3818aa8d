import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { ApiAnswer } from '#assure/controls/index.ts';
import { systemClock } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { httpSigningKey, signRequest, systemRandom } from '#base/crypto/index.ts';
import type { Credential } from './credential.ts';
import type { Dial } from './dial-own.ts';

/** An answer to a probe is small; one that is not is cut off and counts as none. */
const MOST_BYTES = 16 * 1_048_576;

export interface HttpsCall {
  readonly method: string;
  readonly url: URL;
  readonly authority: string;
  readonly credential?: Credential;
  readonly token?: string;
  readonly body: Json | null;
  readonly timeoutMs: number;
  readonly dial: Dial;
  /** Address of this machine to connect from. */
  readonly localAddress?: string;
  /** Fields that stand for the signature that is made otherwise. */
  readonly signature?: Readonly<Record<string, string>>;
}

/**
 * One request over a connection of its own.
 *
 * @returns the status and what the body says; a body that is not JSON is null
 * @throws the socket's error where there is no answer
 */
export async function callHttps(call: HttpsCall): Promise<ApiAnswer> {
  const { method, url, credential, token, body, timeoutMs, signature } = call;
  const payload = body === null ? null : Buffer.from(JSON.stringify(body));
  const createConnection = await connectionFor(call);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method,
        createConnection,
        headers: {
          accept: 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(payload === null ? {} : { 'content-type': 'application/json', 'content-length': payload.length }),
          ...(signature ?? (credential === undefined ? {} : signedFields(method, url, payload, credential))),
        },
      },
      (reply) => {
        const chunks: Buffer[] = [];
        let length = 0;
        reply.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > MOST_BYTES) outgoing.destroy(new Error('the answer is too long'));
          else chunks.push(chunk);
        });
        reply.once('end', () =>
          resolve({ status: reply.statusCode ?? 0, body: parse(Buffer.concat(chunks)), headers: fieldsOf(reply) }),
        );
        reply.once('error', reject);
        // A reply that breaks off has no end; resolve and reject count once.
        reply.once('close', () => reject(new Error('the answer broke off')));
      },
    );
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error('no answer in time')));
    outgoing.once('error', reject);
    outgoing.end(payload ?? undefined);
  });
}

/** Opens a connection for one request, and gives what Node asks for one with. */
export async function connectionFor({
  url,
  authority,
  credential,
  localAddress,
  dial,
}: Pick<HttpsCall, 'url' | 'authority' | 'credential' | 'localAddress' | 'dial'>): Promise<() => TLSSocket> {
  const socket = await dial(url, localAddress);
  const shown = credential === undefined ? {} : { key: credential.key, cert: credential.certificate };
  return () => connect({ socket, servername: url.hostname, ca: authority, ...shown });
}

function fieldsOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]));
}

/** The fields that sign a request, for platforms that want it; the others leave them aside. */
export function signedFields(
  method: string,
  url: URL,
  body: Uint8Array | null,
  { key }: Credential,
): Record<string, string> {
  const created = Math.floor(systemClock.now() / 1_000_000);
  const nonce = Buffer.from(systemRandom.bytes(18)).toString('base64url');
  return signRequest({ method, url, body, created, nonce }, httpSigningKey(key));
}

function parse(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString('utf8')) as Json;
  } catch {
    return null;
  }
}
