import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What a server that does nothing is told: files of its certificate and key, and how it answers. */
export interface NullServerOrder {
  readonly certificate: string;
  readonly key: string;
  /** Requests that it answers at once; all others hear 429 so much later. */
  readonly atOnce: number;
  readonly lateMs: number;
}

/**
 * A server that ends TLS and answers, in a process of its own: what a flood of it takes from others is taken by the load
 * generator and by TLS.
 */
function serve({ certificate, key, atOnce, lateMs }: NullServerOrder): void {
  let left = atOnce;
  const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (_, response) => {
    if (left-- > 0) response.end('{}');
    else setTimeout(() => response.writeHead(429).end('{}'), lateMs);
  });
  server.listen(0, 'localhost', () => process.send?.((server.address() as AddressInfo).port));
}

process.once('message', serve);
process.send?.('ready');
