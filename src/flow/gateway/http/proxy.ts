import { request as connect } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { IDENTITY_HEADER, passableHeaders } from './identity-header.ts';
import type { PeerStatement } from './identity-header.ts';
import { problem, sendProblem } from './problem.ts';

/** Requests of one worker that control answers at once. */
const MOST_AT_ONCE = 512;
/** Those of one caller among them: slow requests of one must not take the place of others. */
const MOST_OF_ONE = 64;

const TOO_MANY = problem(429, 'too-many-requests', 'You have more requests under way than you may.');
const UNAVAILABLE = problem(503, 'unavailable', 'The platform cannot answer now.');

/**
 * Passes requests on to control's socket and answers back, both streamed: neither body is ever held.
 *
 * Who is there is said by the gateway alone. If the caller leaves, control hears of it; if control fails in the middle
 * of an answer, the connection breaks off, so that nobody takes half an answer for a whole one.
 */
export class Proxy {
  readonly #socketPath: string;
  readonly #openBy = new Map<string, number>();
  #open = 0;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  get open(): number {
    return this.#open;
  }

  /**
   * @param caller whose requests count together
   * @param onAnswer is given the fields of control's answer
   */
  pass(
    request: IncomingMessage,
    response: ServerResponse,
    peer: PeerStatement,
    caller: string,
    onAnswer: (fields: IncomingHttpHeaders) => void = () => {},
  ): void {
    if (this.#open >= MOST_AT_ONCE) return sendProblem(response, UNAVAILABLE, {}, true);
    // The connection stays: closing on unread bytes would take the answer from whoever sent them.
    if ((this.#openBy.get(caller) ?? 0) >= MOST_OF_ONE) return sendProblem(response, TOO_MANY);
    this.#enter(caller);
    const upstream = connect({
      socketPath: this.#socketPath,
      method: request.method,
      path: request.url,
      headers: [
        ...passableHeaders(request.rawHeaders),
        ...bodyHeaders(request),
        // Control may answer before it has all of a body; if it closed then, its answer would be lost.
        'connection',
        'keep-alive',
        IDENTITY_HEADER,
        JSON.stringify(peer),
      ],
      agent: false,
      // `Host` is passed on as it came.
      setHost: false,
    });
    upstream.once('close', () => this.#leave(caller));
    upstream.once('response', (answer) => {
      onAnswer(answer.headers);
      response.writeHead(answer.statusCode ?? 502, passableHeaders(answer.rawHeaders));
      pipeline(answer, response, () => {});
    });
    upstream.once('error', () => {
      if (response.headersSent) response.destroy();
      else sendProblem(response, UNAVAILABLE, {}, true);
    });
    response.once('close', () => upstream.destroy());
    pipeline(request, upstream, () => {});
  }

  #enter(caller: string): void {
    this.#open++;
    this.#openBy.set(caller, (this.#openBy.get(caller) ?? 0) + 1);
  }

  #leave(caller: string): void {
    this.#open--;
    const left = (this.#openBy.get(caller) ?? 1) - 1;
    if (left === 0) this.#openBy.delete(caller);
    else this.#openBy.set(caller, left);
  }
}

/** The length as it came; a body without one is sent on in chunks. */
function bodyHeaders(request: IncomingMessage): string[] {
  return request.headers['transfer-encoding'] === undefined ? [] : ['transfer-encoding', 'chunked'];
}
