import type { Readable } from 'node:stream';
import type { TSchema } from 'typebox';
import type { Json } from '#base/core/index.ts';
import type { Action, Resource } from '#declare/policy/index.ts';
import type { Caller } from './caller.ts';
import type { Services } from './services.ts';
import type { StreamedReply } from './streamed-reply.ts';

/** A request that was identified, validated and, where its route says so, decided. */
export interface RouteRequest {
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Json;
  /** The body as it arrives, for routes that take it raw. */
  readonly stream: Readable;
  readonly contentType: string;
  readonly accept: string;
  /** Ends when the caller leaves. */
  readonly signal: AbortSignal;
}

export type RouteReply =
  | { readonly json: unknown; readonly status?: number }
  | { readonly text: string; readonly contentType: string }
  | { readonly bytes: Uint8Array; readonly contentType: string }
  | { readonly streamed: StreamedReply };

/**
 * What a caller must be allowed before the handler runs. `within` routes decide per relation inside the service that
 * they call; `open` routes show what is public.
 */
export type RouteAccess =
  | { readonly action: Action; readonly resource: (request: RouteRequest) => Resource }
  | 'within'
  | 'open';

export interface Route {
  readonly method: 'GET' | 'POST';
  /** With `:name` for parameters and `*` for a rest. */
  readonly path: string;
  readonly access: RouteAccess;
  readonly body?: TSchema;
  /** The handler reads `stream` itself. */
  readonly raw?: boolean;
  readonly handle: (request: RouteRequest, services: Services) => Promise<RouteReply>;
}

/** The platform as a resource: it has but one. */
export const PLATFORM: Resource = { type: 'platform', name: '*' };
