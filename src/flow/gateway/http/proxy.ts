import { request as connect } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { IDENTITY_HEADER, passableHeaders } from './identity-header.ts';
import type { PeerStatement } from './identity-header.ts';
import { LateAnswers } from './late-answers.ts';
import { TRACE_HEADER } from './own-step.ts';
import { problem, sendProblem } from './problem.ts';
import { Turns } from './turns.ts';
import type { Pace, Turn, TurnBounds } from './turns.ts';

/** Requests of one worker that are at control or wait for their turn. */
const MOST_AT_ONCE = 512;
/**
 * Those of one caller among them. Control has one thread: more of them at once would make nothing quicker, and everybody
 * else wait.
 */
const TURNS: TurnBounds = {
  brief: 2,
  long: 16,
  waiting: 64,
  briefMs: 1_000,
  waitMs: 10_000,
  spree: 16,
  restMs: 4,
  othersMs: 100,
};

const TOO_MANY = problem(429, 'too-many-requests', 'You have more requests under way than you may.');
const UNAVAILABLE = problem(503, 'unavailable', 'The platform cannot answer now.');

/** What is to be known of a request to pass it on. */
export interface Passing {
  readonly peer: PeerStatement;
  /** Whose requests take turns with this one. */
  readonly caller: string;
  readonly pace?: Pace;
  /** The gateway's own step, where requests are traced. */
  readonly trace?: string;
  /** Is given the fields of control's answer. */
  readonly onAnswer?: (fields: IncomingHttpHeaders) => void;
}

/**
 * Passes requests on to control's socket and answers back, both streamed: neither body is ever held.
 *
 * Who is there is said by the gateway alone. If the caller leaves, control hears of it; if control fails in the middle
 * of an answer, the connection breaks off, so that nobody takes half an answer for a whole one.
 */
export class Proxy {
  readonly #socketPath: string;
  readonly #turns = new Turns(TURNS, () => performance.now());
  readonly #late: LateAnswers;
  #open = 0;

  constructor(socketPath: string, late = new LateAnswers(() => performance.now())) {
    this.#socketPath = socketPath;
    this.#late = late;
  }

  /** Requests that are at control or wait for their turn. */
  get open(): number {
    return this.#open;
  }

  pass(request: IncomingMessage, response: ServerResponse, passing: Passing): void {
    if (this.#open >= MOST_AT_ONCE) return sendProblem(response, UNAVAILABLE, {}, true);
    const place: { turn: Turn | null; upstream: ClientRequest | null } = { turn: null, upstream: null };
    const turn = this.#turns.ask(passing.caller, passing.pace ?? 'brief', {
      begin: () => {
        place.upstream = this.#forward(request, response, passing).once('close', () => place.turn?.end());
      },
      gaveUp: () => sendProblem(response, TOO_MANY),
    });
    // The connection stays: closing on unread bytes would take the answer from whoever sent them.
    if (turn === null) return this.#late.give(passing.caller, response, () => sendProblem(response, TOO_MANY));
    place.turn = turn;
    this.#open++;
    response.once('close', () => {
      this.#open--;
      turn.end();
      place.upstream?.destroy();
    });
  }

  #forward(
    request: IncomingMessage,
    response: ServerResponse,
    { peer, caller, trace, onAnswer }: Passing,
  ): ClientRequest {
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
        ...(trace === undefined ? [] : [TRACE_HEADER, trace]),
      ],
      agent: false,
      // `Host` is passed on as it came.
      setHost: false,
    });
    let refused = false;
    upstream.once('response', (answer) => {
      onAnswer?.(answer.headers);
      const status = answer.statusCode ?? 502;
      const headers = passableHeaders(answer.rawHeaders);
      // Whoever asks too much hears so late, whatever credential they invent next, and has no turn meanwhile.
      if (status === 429) {
        refused = true;
        const answered = (body: Buffer): void =>
          this.#late.give(caller, response, () => response.writeHead(status, headers).end(body));
        return void buffer(answer).then(answered, () => response.destroy());
      }
      response.writeHead(status, headers);
      pipeline(answer, response, () => {});
    });
    upstream.once('error', () => {
      // What was refused is answered, though control took none of its body.
      if (refused) return;
      if (response.headersSent) response.destroy();
      else sendProblem(response, UNAVAILABLE, {}, true);
    });
    pipeline(request, upstream, () => {});
    return upstream;
  }
}

/** The length as it came; a body without one is sent on in chunks. */
function bodyHeaders(request: IncomingMessage): string[] {
  return request.headers['transfer-encoding'] === undefined ? [] : ['transfer-encoding', 'chunked'];
}
