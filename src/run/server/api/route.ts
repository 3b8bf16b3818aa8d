import type { Readable } from 'node:stream';
import type { Json, TObject, TSchema } from '#base/core/index.ts';
import type { AccessContext, Action, Resource } from '#declare/policy/index.ts';
import type { ActiveSpan } from '../trace/active-span.ts';
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
  /** Of the last event that a follower received; null where it begins. */
  readonly lastEventId: string | null;
  /** Ends when the caller leaves. */
  readonly signal: AbortSignal;
  /** The step that further ones are part of; null where the request is not traced. */
  readonly span: ActiveSpan | null;
}

export type RouteReply =
  | { readonly json: unknown; readonly status?: number }
  | { readonly text: string; readonly contentType: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly bytes: Uint8Array; readonly contentType: string }
  | { readonly streamed: StreamedReply };

/**
 * What a caller must be allowed before the handler runs. `within` routes decide per relation inside the service that
 * they call; `self` routes show and end nothing but what is the caller's own; `open` routes show what is public, or are
 * where somebody has yet to show who they are.
 */
export type RouteAccess =
  | {
      readonly action: Action;
      /** Another action on the same resource that is enough by itself. */
      readonly or?: Action;
      readonly resource: (request: RouteRequest, services: Pick<Services, 'templates'>) => Resource;
      /** What else the decision needs to know than all do. */
      readonly context?: (request: RouteRequest, services: Services) => Promise<AccessContext>;
    }
  | 'within'
  | 'self'
  | 'open';

/** What a route answers when all goes well: JSON of a form, or bodies of these media types. */
export type RouteAnswer =
  | { readonly status?: 200 | 201 | 202; readonly json: TSchema }
  | { readonly status?: 200 | 201 | 202; readonly media: readonly string[] };

/**
 * A route: everything that is known of it, in one place. What validates a request is what the OpenAPI document says.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `:name` for parameters and `*` for a rest. */
  readonly path: string;
  /** What it does, as a phrase without a full stop. */
  readonly summary?: string;
  /** `enrolee` for routes on which devices ask for certificates: they are known by other means than people. */
  readonly who?: 'enrolee';
  readonly access: RouteAccess;
  /**
   * Parameters of the query. Each is text, a whole number or a boolean, checked against its schema and handed to the
   * handler as the text that came. Absent for a route that takes none.
   */
  readonly query?: TObject;
  readonly body?: TSchema;
  /** The handler reads `stream` itself, which is of one of these media types. */
  readonly raw?: boolean;
  readonly takes?: readonly string[];
  readonly answer?: RouteAnswer;
  /** What it answers with 202 while what was asked has yet to come about, where that may be. */
  readonly waits?: TSchema;
  /** It lasts, as statements and streams of events do: its requests take turns apart from the caller's brief ones. */
  readonly long?: true;
  /** Requests of one caller in a minute, where that is fewer than the template's limit. */
  readonly quota?: number;
  /** What else the log says of a call that was decided: never what is personal or secret. */
  readonly noted?: (request: RouteRequest) => Readonly<Record<string, string>>;
  readonly handle: (request: RouteRequest, services: Services) => Promise<RouteReply>;
}

/** The platform as a resource: it has but one. */
export const PLATFORM: Resource = { type: 'platform', name: '*' };
