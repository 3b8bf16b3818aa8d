import { Readable } from 'node:stream';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import type { Json } from '#base/core/index.ts';
import type { SignedMessage } from '#base/crypto/index.ts';
import { explainDecision, requireAllowed } from '#declare/policy/index.ts';
import type { Action, Decision } from '#declare/policy/index.ts';
import { CALLER_HEADER, HOLD_HEADER, rateLimitFields, TRACE_HEADER } from '#flow/gateway/index.ts';
import { clipText, ENTRY_LIMITS } from '#trust/audit/index.ts';
import type { DenialTally } from '../control/denial-tally.ts';
import { allowedMethods } from './allowed-methods.ts';
import { bodyHint, bodyValidator } from './body-validator.ts';
import type { Caller, ShownHeaders, SignInFailure } from './caller.ts';
import { actorOver, ANONYMOUS, identifyCaller, parsePeer, PEER_HEADER } from './caller.ts';

import { identifyEnrolee } from './enrolee-caller.ts';
import { ApiError, RateLimited } from './errors.ts';
import { problemOf } from './problem.ts';
import type { RateVerdict } from './rate-buckets.ts';
import { RateLimiter } from './rate-limiter.ts';
import { SignedRequests, signatureKeyId } from './signed-requests.ts';
import { queryReader } from './query-parameters.ts';
import { PLATFORM } from './route.ts';
import type { Route, RouteReply, RouteRequest } from './route.ts';
import { ROUTES } from './routes.ts';
import type { Services } from './services.ts';
import type { StreamedReply } from './streamed-reply.ts';
import { traced } from '../trace/active-span.ts';
import type { ActiveSpan } from '../trace/active-span.ts';

/** Larger bodies than templates and statements come as streams and have bounds of their own. */
const BODY_LIMIT = 4 * 1_048_576;
/** What a signature must cover and say. @see RFC 9421 section 5.1 */
const WANTED_SIGNATURE = 'sig=("@method" "@target-uri" "content-digest");created;nonce';

/** What a device may show instead of a certificate, when it asks for its first. @see RFC 7030 section 3.2.3 */
const ENROLEE_CHALLENGE = 'Basic realm="enrolment", charset="UTF-8"';
/** How long a reader of a result may take nothing of it. */
const READER_PATIENCE_MS = 60_000;

const NOBODY: Caller = {
  subject: { id: '', kind: 'person', roles: [], standing: 'good', deviceType: null },
  actor: ANONYMOUS,
  peer: { kind: 'none', name: null, serial: null, address: '', listener: '' },
};

export interface ApiOptions {
  readonly services: Services;
  /** Told of each request without a valid credential, by address and reason; sums it up for the log. */
  readonly onSignInFailure: (address: string, reason: SignInFailure, actor: string) => void;
  /** Puts denied calls on record, bounded for each caller. */
  readonly denials: Pick<DenialTally, 'denied' | 'refused'>;
}

/** What the steps of a request share. */
interface Gate extends ApiOptions {
  readonly rates: RateLimiter;
  readonly signed: SignedRequests;
  /** Bodies of JSON as they came, which a signature covers. */
  readonly bodies: WeakMap<FastifyRequest, Buffer>;
}

/**
 * The API on a local socket that the gateway alone can reach.
 *
 * Each request in order: who is it (identity), is it well formed (schema), may it (one decision), then its handler.
 */
export function makeApi(options: ApiOptions): FastifyInstance {
  const { services } = options;
  const gate: Gate = {
    ...options,
    rates: new RateLimiter(services.clock, () => services.templates.current.limits),
    signed: new SignedRequests(services.clock),
    bodies: new WeakMap(),
  };
  const server = fastify({
    bodyLimit: BODY_LIMIT,
    logger: false,
    requestTimeout: 0,
    forceCloseConnections: true,
    schemaController: SCHEMAS,
    // What cannot even be routed, such as a path that does not decode.
    frameworkErrors: (error, _request, reply) => sendProblem(reply, asApiError(error), services),
  });
  server.setErrorHandler((error, { routeOptions }, reply) =>
    sendProblem(reply, asApiError(error, routeOptions.schema?.body), services),
  );
  const allowed = allowedMethods(ROUTES);
  server.setNotFoundHandler(({ method, url }, reply) => {
    const methods = allowed(url);
    if (methods.length === 0) return sendProblem(reply, noRoute(), services);
    void reply.header('allow', methods.join(', '));
    return sendProblem(reply, noMethod(method, methods), services);
  });
  keepBodies(server, gate.bodies);
  void server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    for (const route of ROUTES) if (route.raw === true) addRoute(scope, route, gate);
  });
  for (const route of ROUTES) if (route.raw !== true) addRoute(server, route, gate);
  return server;
}

/** Schemas are compiled when they are needed; routes write their answers themselves, and tests hold them to their form. */
const SCHEMAS = {
  compilersFactory: {
    buildValidator: () => (route: { readonly schema: object }) => bodyValidator(route.schema),
    buildSerializer: () => () => JSON.stringify,
  },
} as unknown as NonNullable<FastifyServerOptions['schemaController']>;

function addRoute(server: FastifyInstance, route: Route, gate: Gate): void {
  const { services } = gate;
  const name = `${route.method} ${route.path}`;
  server.route({
    method: route.method,
    url: route.path,
    ...(route.body === undefined ? {} : { schema: { body: route.body } }),
    // Before the body is read: nobody unknown can make the platform hold megabytes.
    onRequest: async (request, reply) => {
      const caller = await admit(request, reply, route, gate);
      callers.set(request, caller);
      const span = beginTrace(request, reply, caller, name, gate);
      if (span !== null) spans.set(request, span);
    },
    onResponse: async (request, reply) => {
      services.requests.note(name, reply.statusCode, reply.elapsedTime / 1_000);
      const span = spans.get(request);
      span?.set({ 'http.response.status_code': reply.statusCode });
      span?.end(reply.raw.writableFinished ? serverFault(reply.statusCode) : 'broken-off');
    },
    handler: async (request, reply) => {
      const asked = readRequest(request, reply);
      if (typeof route.access === 'object') {
        const { access } = route;
        await traced(asked.span, 'decide', (span) =>
          requireAccess(route, access, { ...asked, span }, gate, (action) =>
            requireSigned(action, request, asked.caller, gate),
          ),
        );
      }
      await send(await route.handle(asked, services), reply);
      return reply;
    },
  });
  const callers = new WeakMap<FastifyRequest, Caller>();
  const spans = new WeakMap<FastifyRequest, ActiveSpan>();
  const readQuery = queryReader(route.query);
  function readRequest(request: FastifyRequest, reply: FastifyReply): RouteRequest {
    const abort = new AbortController();
    // The caller has left where the connection closes before the answer was written.
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) abort.abort();
    });
    return {
      caller: callers.get(request) ?? NOBODY,
      params: request.params as Record<string, string>,
      query: readQuery(request.query as Record<string, unknown>),
      body: (route.raw === true ? null : (request.body ?? null)) as Json,
      stream: request.body instanceof Readable ? request.body : request.raw,
      contentType: request.headers['content-type'] ?? '',
      lastEventId: lastEventId(request),
      accept: request.headers.accept ?? '',
      signal: abort.signal,
      span: spans.get(request) ?? null,
    };
  }
}

/** Has JSON parsed as the library does it, with the bytes kept for as long as the request is. */
function keepBodies(server: FastifyInstance, bodies: Gate['bodies']): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    bodies.set(request, body as Buffer);
    void parse(request, body.toString('utf8'), done);
  });
}

/**
 * Where the template asks that requests for an action are signed, this one must be.
 *
 * @throws {ApiError} API_SIGNATURE_INVALID, the same for every reason
 */
async function requireSigned(
  action: Action,
  request: FastifyRequest,
  caller: Caller,
  { services, signed, bodies, denials }: Gate,
): Promise<void> {
  if (services.templates.current.api?.signatures.includes(action) !== true) return;
  const { method, url, headers } = request;
  const message: SignedMessage = {
    method,
    scheme: 'https',
    authority: (headers.host ?? '').toLowerCase().replace(/:443$/, ''),
    target: url,
    field: (name) => {
      const value = headers[name];
      return value === undefined ? null : [value].flat();
    },
  };
  // Who has a certificate signs with its key; everybody else with one that was registered for them.
  const named = caller.peer.key === undefined ? signatureKeyId(message) : null;
  const registered = named === null ? null : await services.identity.signIn.signingKeys.find(named, caller.subject.id);
  const key = caller.peer.key ?? registered;
  const fault = signed.judge({ message, body: bodies.get(request) ?? new Uint8Array(0), key });
  if (fault === null) return;
  denials.refused(caller.actor, `signature-${fault}`);
  throw new ApiError(
    'API_SIGNATURE_INVALID',
    `Cannot take request: requests to ${action} must be signed, and this one is not`,
    {
      hint: 'Sign with the key of your client certificate, or with a registered one that keyid names (RFC 9421), with created and a new nonce',
    },
  );
}

/**
 * Who asks, within what they may ask. Everybody is bounded, those whom nobody knows by their network.
 *
 * @throws {ApiError} API_UNAUTHENTICATED, API_FORBIDDEN
 * @throws {RateLimited}
 */
async function admit(request: FastifyRequest, reply: FastifyReply, route: Route, gate: Gate): Promise<Caller> {
  const header = request.headers[PEER_HEADER];
  const peer = parsePeer(typeof header === 'string' ? header : undefined);
  if (route.access === 'open') {
    if (peer === null) return NOBODY;
    const actor = actorOver(peer, ANONYMOUS);
    requireRate(gate.rates.ofStranger(peer), actor, reply, gate);
    return { ...NOBODY, actor, peer };
  }
  if (peer === null) throw new ApiError('API_UNAUTHENTICATED', 'Cannot answer: it is not known who asks');
  const onFailure = (reason: SignInFailure, who = ANONYMOUS): void => {
    const actor = actorOver(peer, who);
    gate.onSignInFailure(peer.address, reason, actor);
    if (reason === 'proof-nonce') void reply.headers(nonceFields(gate.services.identity));
    if (route.who === 'enrolee') void reply.header('www-authenticate', ENROLEE_CHALLENGE);
    requireRate(gate.rates.ofStranger(peer), actor, reply, gate);
  };
  const { identity } = gate.services;
  const caller = await (route.who === 'enrolee'
    ? identifyEnrolee(peer, request.headers.authorization, identity, onFailure)
    : identifyCaller(peer, shownBy(request), identity, onFailure));
  // For the gateway, where their requests take turns.
  void reply.header(CALLER_HEADER, payerOf(caller));
  const verdict = gate.rates.ofCaller(payerOf(caller), `${route.method} ${route.path}`, route.quota);
  requireRate(verdict, caller.actor, reply, gate);
  return caller;
}

/** What to prove possession with. @see RFC 9449 section 9 */
function nonceFields({ signIn }: Services['identity']): Readonly<Record<string, string>> {
  const why = 'error="use_dpop_nonce", error_description="The proof has to hold the nonce of DPoP-Nonce"';
  return { 'www-authenticate': `DPoP ${why}`, 'dpop-nonce': signIn.proofNonces.current(), 'cache-control': 'no-store' };
}

/** Where this request is traced, its step here, and word of it to the gateway. */
function beginTrace(
  { headers, method }: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  name: string,
  { services }: Gate,
): ActiveSpan | null {
  const { clock, decisions, templates, tracer } = services;
  const [own, theirs] = [headers[TRACE_HEADER], headers['traceparent']];
  const trace = tracer.begin({
    gateway: typeof own === 'string' ? own : undefined,
    traceparent: typeof theirs === 'string' ? theirs : undefined,
    name,
    may: () => {
      const context = { time: clock.now(), address: caller.peer.address };
      const asked = { subject: caller.subject, action: 'monitor', resource: PLATFORM, purpose: null, context } as const;
      return caller !== NOBODY && decisions.decide(asked, templates.current).effect === 'allow';
    },
  });
  if (trace === null) return null;
  void reply.header(TRACE_HEADER, trace.answer);
  trace.span.set({ 'http.request.method': method, 'http.route': name.slice(name.indexOf(' ') + 1) });
  return trace.span;
}

function serverFault(status: number): string | null {
  return status >= 500 ? String(status) : null;
}

/** Whose quota and turns a request uses: software shares those of the person whom it acts for. */
function payerOf({ actor, subject }: Caller): string {
  return subject.actsFor === undefined ? actor : `person:${subject.actsFor.id}`;
}

/** @see WHATWG HTML, server-sent events, the header `Last-Event-ID` */
function lastEventId({ headers }: FastifyRequest): string | null {
  const id = headers['last-event-id'];
  return typeof id === 'string' ? id : null;
}

function shownBy({ headers, method, url }: FastifyRequest): ShownHeaders {
  const { authorization, dpop, host = '' } = headers;
  // More than one proof is none. RFC 9449 section 4.3
  return { authorization, proof: typeof dpop === 'string' ? dpop : undefined, request: { method, host, target: url } };
}

/** Texts of a caller, as entries of the log take them. */
function clipped(texts: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, clipText(text, ENTRY_LIMITS.detailText)]),
  );
}

/** @throws {RateLimited} */
function requireRate(verdict: RateVerdict, actor: string, reply: FastifyReply, { denials }: Gate): void {
  void reply.headers(rateLimitFields(verdict.limits));
  if (verdict.allowed) return;
  denials.refused(actor, 'rate');
  // The gateway answers in our place until then: what is too much costs as little as can be.
  const whole = verdict.violated.some((policy) => !policy.includes(' '));
  void reply.header(HOLD_HEADER, whole ? 'caller' : 'route');
  throw new RateLimited(verdict);
}

async function requireAccess(
  { noted }: Route,
  access: Exclude<Route['access'], string>,
  asked: RouteRequest,
  { services, denials }: Gate,
  requireMore: (action: Action) => Promise<void>,
): Promise<void> {
  const { caller } = asked;
  const asking = {
    subject: caller.subject,
    resource: access.resource(asked, services),
    purpose: null,
    context: {
      time: services.clock.now(),
      address: caller.peer.address,
      ...(await access.context?.(asked, services)),
    },
  };
  const decide = (action: Action) => {
    const wanted = { ...asking, action };
    return { request: wanted, decision: services.decisions.decide(wanted, services.templates.current) };
  };
  const first = decide(access.action);
  const other = access.or !== undefined && first.decision.effect === 'deny' ? decide(access.or) : first;
  // What is denied is on record as the action that the route is foremost for.
  const { request, decision } = other.decision.effect === 'allow' ? other : first;
  const { type, name } = request.resource;
  const allowed = decision.effect === 'allow';
  asked.span?.set({ 'weir.action': request.action, 'weir.resource.type': type, 'weir.effect': decision.effect });
  // Before it is on record as allowed; what is denied needs no more than that.
  if (allowed) await requireMore(request.action);
  const event = {
    actor: caller.actor,
    action: request.action,
    resource: `${type}:${name}`.slice(0, 512),
    outcome: allowed ? ('allowed' as const) : ('denied' as const),
    reason: decision.reason,
    detail: { ...decidingPolicies(decision), ...clipped(noted?.(asked)) },
  };
  if (allowed) await services.audit.append(event);
  else await denials.denied(event);
  if (decision.effect === 'deny') services.log.info({ decision: explainDecision(request, decision) }, 'request denied');
  requireAllowed(request, decision);
}

/** The rule that decided and, where there are more, all policies that did. */
function decidingPolicies({ rule, policies }: Decision): Record<string, string> {
  const all = policies.join(' ');
  return { rule: rule.slice(0, 512), ...(all === '' || all === rule ? {} : { policies: all.slice(0, 512) }) };
}

async function send(result: RouteReply, reply: FastifyReply): Promise<void> {
  if ('json' in result) await reply.code(result.status ?? 200).send(result.json);
  else if ('text' in result)
    await reply
      .headers(result.headers ?? {})
      .type(result.contentType)
      .send(result.text);
  else if ('bytes' in result) await reply.type(result.contentType).send(Buffer.from(result.bytes));
  else await sendStream(result.streamed, reply);
}

/**
 * Writes parts as they come. An error after the first part breaks the connection off, so that nobody takes a part for
 * the whole; what it was can be asked for by the id of the query.
 */
async function sendStream(streamed: StreamedReply, reply: FastifyReply): Promise<void> {
  const iterator = streamed.parts[Symbol.asyncIterator]();
  const first = await iterator.next();
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': streamed.contentType,
    ...streamed.headers,
  });
  try {
    for (let next = first; next.done !== true && !raw.destroyed; next = await iterator.next()) {
      if (!raw.write(next.value)) await drained(raw);
    }
    raw.end();
  } catch {
    raw.destroy();
  } finally {
    await iterator.return?.();
  }
}

/** Waits until more can be written; a reader that takes nothing for long is let go. */
function drained(raw: FastifyReply['raw']): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => raw.destroy(), READER_PATIENCE_MS);
    const end = (): void => {
      clearTimeout(timer);
      raw.off('drain', end).off('close', end);
      resolve();
    };
    raw.on('drain', end).on('close', end);
  });
}

function sendProblem(reply: FastifyReply, error: unknown, services: Services): void {
  const problem = problemOf(error);
  if (problem.status === 500)
    services.log.error(
      { error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      'request failed',
    );
  if (problem.status === 401 && !reply.hasHeader('www-authenticate')) {
    // What a device showed may turn out to be spent only while it is used.
    const challenge = problem.code === 'IDENTITY_ENROLMENT_UNAUTHENTICATED' ? ENROLEE_CHALLENGE : 'Bearer';
    void reply.header('www-authenticate', challenge);
  }
  // A challenge to a device has nothing that it could read, and there are EST clients that take a body for a fault.
  if (problem.status === 401 && String(reply.getHeader('www-authenticate') ?? '').startsWith('Basic')) {
    return void reply.code(401).send();
  }
  if (problem.code === 'API_SIGNATURE_INVALID') void reply.header('accept-signature', WANTED_SIGNATURE);
  if (problem.status === 503 || problem.status === 429) void reply.header('retry-after', retryAfterOf(error));
  // The library closes after a body that does not parse, and the gateway would lose the answer that it still awaits.
  void reply.removeHeader('connection').code(problem.status).type('application/problem+json').send(problem);
}

/** Seconds after which it is worth to ask again. */
function retryAfterOf(error: unknown): string {
  return error instanceof RateLimited ? String(error.verdict.retryAfter) : '1';
}

/**
 * What the HTTP library throws at a request that is not as it should be, in the words of this API.
 *
 * @param body schema of what the route takes, where that is known
 */
function asApiError(error: unknown, body?: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const {
    code,
    statusCode = 500,
    message,
  } = error as Error & { readonly code?: unknown; readonly statusCode?: number };
  if (typeof code !== 'string' || !code.startsWith('FST_ERR_') || statusCode >= 500) return error;
  // Nothing that a path names is so long; the library's own words would repeat all of it.
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return noRoute();
  return new ApiError('API_BODY_INVALID', `Cannot take request: ${message}`, {
    hint: bodyHint(body),
    cause: error,
  });
}

function noMethod(method: string, allowed: readonly string[]): ApiError {
  return new ApiError('API_METHOD_UNKNOWN', `Cannot answer: this route is not there for ${method}`, {
    hint: `It is there for ${allowed.join(', ')}`,
  });
}

function noRoute(): ApiError {
  return new ApiError('API_ROUTE_UNKNOWN', 'Cannot answer: there is no such route', {
    hint: 'Routes begin with /v1/; GET /v1/openapi.json lists them all',
  });
}
