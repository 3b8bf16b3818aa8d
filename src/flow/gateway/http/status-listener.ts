import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Limits } from '#declare/template/index.ts';
import { GatewayError } from '../errors.ts';
import { addressPrefix } from '../tls/address-prefix.ts';
import { stateIdentity } from './identity-header.ts';
import { Pipeline } from './pipeline.ts';
import { problem, sendProblem } from './problem.ts';
import type { Proxy } from './proxy.ts';

export interface StatusListenerDeps {
  readonly proxy: Pick<Proxy, 'pass'>;
  limits(): Limits;
  refused(reason: string, address: string | undefined): void;
}

const MAX_HEADER_BYTES = 8_192;
const MAX_HEADERS = 50;
/** Connections of one worker: whoever checks certificates asks once and leaves. */
const MOST_CONNECTIONS = 256;
/** Longest request for the state of a certificate. */
const MOST_BODY = 4_096;

/** All that can be had here: signed lists and answers, which need no further protection on their way. */
const ASKED =
  /^(GET \/crl\/([0-9]{1,9}(-delta)?|root-[0-9]{1,9})\.crl|GET \/ocsp\/[A-Za-z0-9+/=%_-]{1,6000}|POST \/ocsp)$/;

const NOT_HERE = problem(404, 'not-here', 'Lists of revoked certificates and OCSP are here, nothing else.');
const TOO_LONG = problem(413, 'too-long', 'A request is at most 4096 bytes and says how long it is.');

/**
 * The one listener without TLS: lists of revoked certificates and OCSP over plain HTTP, because a certificate cannot be
 * checked over a connection that needs it checked first. What goes out is signed.
 *
 * @see RFC 5280 section 4.2.1.13; RFC 6960 appendix A
 */
export class StatusListener implements AsyncDisposable {
  readonly #deps: StatusListenerDeps;
  readonly #server: Server;
  readonly #pipeline = new Pipeline();

  constructor(deps: StatusListenerDeps) {
    this.#deps = deps;
    const { connectTimeout, requestTimeout } = deps.limits();
    this.#server = createServer(
      {
        maxHeaderSize: MAX_HEADER_BYTES,
        headersTimeout: Math.min(connectTimeout, requestTimeout),
        requestTimeout,
        keepAliveTimeout: 5_000,
        connectionsCheckingInterval: 1_000,
      },
      (request, response) => this.#answer(request, response),
    );
    this.#server.maxHeadersCount = MAX_HEADERS;
    this.#server.maxConnections = MOST_CONNECTIONS;
    this.#server.on('drop', (data) => this.#deps.refused('too-many-connections', data?.remoteAddress));
  }

  /**
   * @returns the port
   * @throws {GatewayError} GATEWAY_LISTEN_FAILED
   */
  async listen(address: string, port: number, shared: boolean): Promise<number> {
    const server = this.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => {
        const message = `Cannot listen on ${address} port ${port}: ${cause.message}`;
        reject(
          new GatewayError('GATEWAY_LISTEN_FAILED', message, { cause, hint: 'Choose another port for listen.status' }),
        );
      });
      server.listen({ host: address, port, exclusive: true, reusePort: shared }, resolve);
    });
    server.removeAllListeners('error');
    server.on('error', () => this.#deps.refused('accept-failed', undefined));
    const bound = server.address();
    return bound === null || typeof bound === 'string' ? port : bound.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#pipeline.enter(request, response)) return;
    response.on('error', () => {});
    const address = request.socket.remoteAddress;
    if (!ASKED.test(`${request.method} ${request.url}`)) {
      this.#deps.refused('not-here', address);
      return sendProblem(response, NOT_HERE, {}, true);
    }
    if (request.method === 'POST' && !(Number(request.headers['content-length']) <= MOST_BODY)) {
      return sendProblem(response, TOO_LONG, {}, true);
    }
    this.#deps.proxy.pass(request, response, {
      peer: stateIdentity(null, { address, own: false }, 'status'),
      caller: addressPrefix(address),
    });
  }
}
