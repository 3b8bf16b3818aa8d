import type { ServerResponse } from 'node:http';
import { REASON } from '#flow/ingest/index.ts';
import type { Reason } from '#flow/ingest/index.ts';

/** A problem document; `reason` is the word that stands in the table of refusals. @see RFC 9457 */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly reason: string;
}

/** Seconds after which a sender may try again what was refused for want of room or rate. */
export const RETRY_AFTER_SECONDS = 1;

/** The problem document of a refused reading. */
export function problemOf(reason: Reason): Problem {
  return {
    type: 'about:blank',
    title: reason.word,
    status: reason.http,
    detail: reason.text,
    reason: reason.word,
  };
}

/** A problem of the request itself, in words of its own. */
export function problem(status: number, reason: string, detail: string): Problem {
  return { type: 'about:blank', title: reason, status, detail, reason };
}

/** "Try later", for when readings could not be made durable. */
export const TRY_LATER = problemOf(REASON.tryLater);

/**
 * Answers with a problem document.
 *
 * @param close ends the connection as well: what is left of the request is not worth reading
 */
export function sendProblem(response: ServerResponse, document: Problem, more: object = {}, close = false): void {
  send(response, document.status, 'application/problem+json', { ...document, ...more }, close);
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, 'application/json', body, false);
}

function send(response: ServerResponse, status: number, type: string, body: object, close: boolean): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`);
  response.setHeader('content-type', type);
  response.setHeader('content-length', bytes.length);
  if ((status === 429 || status === 503) && !response.hasHeader('retry-after'))
    response.setHeader('retry-after', RETRY_AFTER_SECONDS);
  if (close) response.setHeader('connection', 'close');
  response.statusCode = status;
  response.end(bytes);
}
