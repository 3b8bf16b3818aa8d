import { lookup as lookUp } from 'node:dns';
import { request as requestPlain } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { isLoopback } from '#declare/template/index.ts';
import { ServerError } from '../errors.ts';
import { mayReach } from './may-reach.ts';
import type { Reach } from './may-reach.ts';

/** One message to a webhook. */
export interface WebhookMessage {
  readonly url: string;
  readonly network: Reach['network'];
  /** Certificates of the receiver's authority, PEM; null for those of Node. */
  readonly authority: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a receiver answered: its status, and how many seconds it wants to be left alone. */
export interface WebhookAnswer {
  readonly status: number;
  readonly retryAfter: number | null;
}

const TIMEOUT_MS = 15_000;
/** A receiver has nothing to say but its status: more of an answer is not read. */
const MOST_ANSWER_BYTES = 65_536;

/**
 * Sends a message. The address that its name stands for is checked where it is connected to, so that a name cannot lead
 * elsewhere; a redirect is an answer like any other; time and answer are bounded.
 *
 * @throws {ServerError} SERVER_WEBHOOK_UNREACHABLE
 */
export async function postWebhook({ url, network, authority, headers, body }: WebhookMessage): Promise<WebhookAnswer> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const reach: Reach = { network, own: host === 'localhost' || isLoopback(host) };
  if (target.protocol !== 'https:' && !(target.protocol === 'http:' && reach.own))
    throw unreachable(target, 'it is not reached over HTTPS');
  // A number is connected to without being looked up.
  if (isIP(host) !== 0 && !mayReach(host, reach)) throw unreachable(target, 'its address may not be reached');
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      method: 'POST',
      agent: false,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      lookup: checkedLookup(reach),
      headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers },
    };
    const outgoing =
      target.protocol === 'https:'
        ? requestSecure(
            target,
            { ...options, minVersion: 'TLSv1.2', ...(authority === null ? {} : { ca: authority }) },
            resolve,
          )
        : requestPlain(target, options, resolve);
    outgoing.once('error', (cause: NodeJS.ErrnoException) =>
      reject(unreachable(target, cause.code ?? cause.message, cause)),
    );
    outgoing.end(body);
  });
  await readAway(response);
  const after = response.headers['retry-after'];
  return {
    status: response.statusCode ?? 502,
    retryAfter: after !== undefined && /^\d{1,6}$/.test(after) ? Number(after) : null,
  };
}

function checkedLookup(reach: Reach): LookupFunction {
  return (hostname, options, callback) => {
    lookUp(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const allowed = addresses.filter(({ address }) => mayReach(address, reach));
      const [first] = allowed;
      if (first === undefined) {
        callback(Object.assign(new Error('its addresses may not be reached'), { code: 'EADDRFORBIDDEN' }), '', 0);
      } else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

async function readAway(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > MOST_ANSWER_BYTES) break;
    }
  } catch {
    // Its status is there: what follows is of no use.
  }
  response.destroy();
}

function unreachable(target: URL, why: string, cause?: unknown): ServerError {
  return new ServerError('SERVER_WEBHOOK_UNREACHABLE', `Cannot send to ${target.origin}: ${why}`, {
    hint: 'See `webhooks` in the template: `network: private` lets it be at a private address',
    ...(cause === undefined ? {} : { cause }),
  });
}
