import { request as requestPlain } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isLoopback } from '#declare/template/index.ts';
import type { IssuerFetch } from '#trust/identity/index.ts';
import { ServerError } from '../errors.ts';

const TIMEOUT_MS = 5_000;
const MOST_BYTES = 1_048_576;

/**
 * Speaks to identity providers: HTTPS only, but for loopback; with the authority that the template names; bounded in
 * time and size. Redirects are answers like any other: who is asked stands in the template.
 */
export const issuerFetch: IssuerFetch = async (address, init, ca) => {
  const url = new URL(address);
  const local = url.hostname === 'localhost' || isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local)) {
    throw new ServerError('SERVER_ISSUER_UNREACHABLE', `Cannot ask ${url.origin}: it is not reached over HTTPS`);
  }
  const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(init.signal ? [init.signal] : [])]);
  // Works out the type of a form's body, as every implementation of fetch does.
  const asked = new Request(url, init);
  const body = asked.body === null ? '' : await asked.text();
  const headers = { ...Object.fromEntries(asked.headers), 'content-length': String(Buffer.byteLength(body)) };
  const response = await send(url, { method: asked.method, headers, signal, agent: false }, body, ca);
  return new Response(await read(response, url), {
    status: response.statusCode ?? 502,
    headers: Object.entries(response.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    ),
  });
};

function send(
  url: URL,
  options: RequestOptions,
  body: string | undefined,
  ca: string | null,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing =
      url.protocol === 'https:'
        ? requestSecure(url, { ...options, minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca }) }, resolve)
        : requestPlain(url, options, resolve);
    outgoing.once('error', (cause) =>
      reject(new ServerError('SERVER_ISSUER_UNREACHABLE', `Cannot ask ${url.origin}: ${cause.message}`, { cause })),
    );
    outgoing.end(body);
  });
}

async function read(response: IncomingMessage, url: URL): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MOST_BYTES) {
      response.destroy();
      throw new ServerError('SERVER_ISSUER_UNREACHABLE', `Cannot ask ${url.origin}: its answer is larger than 1 MiB`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
