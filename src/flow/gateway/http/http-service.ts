import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Clock, Log, Metrics } from '#base/core/index.ts';
import type { Limits, Stream } from '#declare/template/index.ts';
import type { ConnectionBook } from '../connections/connection-book.ts';
import type { Transport } from '../connections/connection-summary.ts';
import type { DeviceTally } from '../connections/device-tally.ts';
import type { DeviceDirectory, DeviceTablePort, IngestPort } from '../ports.ts';
import type { Admission, PeerIdentity } from '../tls/admission.ts';
import { addressPrefix } from '../tls/address-prefix.ts';
import type { Sighting } from '../tls/clone-watch.ts';
import type { ConnectionCount } from '../tls/connection-count.ts';
import type { PeerSource } from '../tls/peer-source.ts';
import { BodyRoom } from './body-room.ts';
import { judgeOrigin } from './cross-origin.ts';
import { HeldCallers, heldKeyOf } from './held-callers.ts';
import type { Hold } from './held-callers.ts';
import { KnownCallers } from './known-callers.ts';
import { LateAnswers } from './late-answers.ts';
import { longRoutes } from './long-routes.ts';
import { isEnrolmentPath } from './enrolment-path.ts';
import { stateIdentity } from './identity-header.ts';
import type { PeerStatement } from './identity-header.ts';
import { OwnStep } from './own-step.ts';
import type { OwnStepParts } from './own-step.ts';
import { Pipeline } from './pipeline.ts';
import { problem, sendProblem } from './problem.ts';
import type { Problem } from './problem.ts';
import { Proxy } from './proxy.ts';
import { QUOTA_EXCEEDED } from './rate-limit-fields.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { parseStreamPath } from './stream-path.ts';
import { takeReadings } from './stream-route.ts';

export interface HttpServiceDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly ingest: IngestPort;
  readonly devices: DeviceDirectory;
  readonly table: DeviceTablePort;
  /** Where is counted how devices connect and send. */
  readonly connections: ConnectionBook;
  /** Counts, over all workers, connections whose other end is not known by a certificate. */
  readonly strangers: ConnectionCount['strangers'];
  readonly controlSocket: string;
  /** Routes of control's that last, as method and path. */
  readonly longRoutes: readonly string[];
  /** How steps of requests are told of; null while nothing is traced. */
  tracing(): OwnStepParts | null;
  limits(): Limits;
  stream(name: string): Stream | undefined;
  /** Web origins that may call the API with a bearer token. */
  origins(): readonly string[];
  /** Is told of each request. */
  received?(): void;
  /** Is told of each connection, or request on a connection that was let in, that is not authorised. */
  refused(listener: PeerStatement['listener'], reason: string, from: PeerSource): void;
  /** Is told of requests of devices, one in a second for each connection, and of the end of such a connection. */
  visited?(sighting: Sighting): void;
  left?(id: string): void;
}

/** What is known of a connection. */
interface HttpPeer {
  readonly listener: 'https' | 'api';
  readonly from: PeerSource;
  /** Decides anew who is there; null where no certificate is asked for. */
  readonly judge: (() => Admission) | null;
  /** Whether the device has more connections than it may. */
  readonly over: boolean;
  /** Public key of the certificate that was shown, SPKI in base64. */
  readonly key: () => string | null;
  /** Whether it was let in at the start: a refusal is counted once. */
  readonly admitted: boolean;
  /** Names the connection among all workers. */
  readonly id: string;
  /** When it was told of last. */
  toldMs: number;
  /** Where the messages of a device are counted; null where none is at the other end. */
  readonly tally: DeviceTally | null;
}

/** What is asked of a connection on which certificates count. */
export interface CertifiedWay {
  /** Decides who is there, now and for each request. */
  readonly judge: () => Admission;
  readonly transport: () => Transport;
}

const MAX_HEADER_BYTES = 16_384;
const MAX_HEADERS = 100;
const IDLE_MS = 65_000;
/** One in so many connections may be of somebody who is not known by a certificate. */
const STRANGERS = 4;

/** A certificate that is in use twice counts for nothing from an address this long. */
const SHUT_MS = 60_000;
const MOST_SHUT = 10_000;
const TOLD_EVERY_MS = 1_000;
/** Stands for a network where the platform tries itself. */
const OWN = 'own';

const HELD: Problem = {
  ...problem(429, 'rate', 'You have used up what you may ask; wait as long as Retry-After says.'),
  type: QUOTA_EXCEEDED,
  title: 'Quota exceeded',
};
const NO_CERTIFICATE = problem(401, 'no-certificate', 'Readings are taken from devices with a client certificate.');
const NOT_AUTHORISED = problem(403, 'not-allowed', 'The certificate does not let you in.');
const NOT_A_DEVICE = problem(403, 'not-allowed', 'Readings are taken from devices only.');
const TOO_MANY = problem(429, 'too-many-connections', 'The device has more connections open than it may.');
const OTHER_ORIGIN = problem(403, 'origin', 'Pages of this origin may not call the platform.');
const METHOD = problem(405, 'method', 'Readings come with POST.');
const BAD_QUERY = problem(400, 'query', 'The query may name one device and nothing else.');

/** HTTP on the connections of one worker: readings are taken here, all else goes to control. */
export class HttpService {
  readonly #deps: HttpServiceDeps;
  readonly #server: Server;
  readonly #proxy: Proxy;
  readonly #held: HeldCallers;
  readonly #known: KnownCallers;
  readonly #late: LateAnswers;
  readonly #isLong: ReturnType<typeof longRoutes>;
  readonly #pipeline = new Pipeline();
  readonly #bodies = new BodyRoom();
  readonly #peers = new WeakMap<object, HttpPeer>();
  /** Connections that came with a certificate. */
  readonly #certified = new Set<TLSSocket>();
  /** Certificates and addresses that are shut out for a while, and when that ends. */
  readonly #shut = new Map<string, number>();
  #underWay = 0;
  #idle: (() => void) | null = null;

  constructor(deps: HttpServiceDeps) {
    this.#deps = deps;
    this.#late = new LateAnswers(() => deps.clock.monotonicMs());
    this.#proxy = new Proxy(deps.controlSocket, this.#late);
    this.#held = new HeldCallers(() => deps.clock.monotonicMs());
    this.#known = new KnownCallers(() => deps.clock.monotonicMs());
    this.#isLong = longRoutes(deps.longRoutes);
    const { connectTimeout, requestTimeout } = deps.limits();
    this.#server = createServer(
      {
        maxHeaderSize: MAX_HEADER_BYTES,
        headersTimeout: Math.min(connectTimeout, requestTimeout),
        requestTimeout,
        keepAliveTimeout: IDLE_MS,
        connectionsCheckingInterval: 1_000,
        requireHostHeader: true,
      },
      (request, response) => this.#receive(request, response),
    );
    this.#server.maxHeadersCount = MAX_HEADERS;
    // Node answers what is not HTTP with 400 or 431 and closes.
  }

  /**
   * @param id names the connection among all workers
   * @param way null where no certificate is asked for
   */
  accept(socket: TLSSocket, from: PeerSource, listener: 'https' | 'api', id: string, way: CertifiedWay | null): void {
    const judge = way?.judge ?? null;
    this.#deps.metrics.count('gateway_connections', { listener });
    const admission = judge === null ? null : judge();
    const admitted = identityOf(admission) !== 'refused';
    if (!admitted) this.#refuse(listener, admission, from);
    if (admission?.admitted !== true && !this.#takeStranger(socket)) {
      this.#deps.refused(listener, 'too-many-connections', from);
      socket.destroy();
      return;
    }
    const over = admission !== null && this.#isOver(socket, admission);
    if (over) this.#deps.refused(listener, 'too-many-connections', from);
    const tally = over ? null : this.#count(socket, way, admission);
    this.#peers.set(socket, {
      listener,
      from,
      judge,
      over,
      admitted,
      key: keyOnce(socket),
      id,
      toldMs: -Infinity,
      tally,
    });
    if (admission?.admitted === true) {
      this.#certified.add(socket);
      socket.once('close', () => {
        this.#certified.delete(socket);
        this.#deps.left?.(id);
      });
    }
    this.#server.emit('connection', socket);
  }

  /** Ends the connections of those whose certificate no longer lets them in, requests under way among them. */
  cut(): void {
    for (const socket of this.#certified) {
      const peer = this.#peers.get(socket);
      const admission = peer?.judge?.() ?? null;
      if (peer === undefined || identityOf(admission) !== 'refused') continue;
      this.#refuse(peer.listener, admission, peer.from);
      socket.destroy();
    }
  }

  /** Ends the connections that are named. */
  end(ids: ReadonlySet<string>): void {
    for (const socket of this.#certified) if (ids.has(this.#peers.get(socket)?.id ?? '')) socket.destroy();
  }

  /** Takes a certificate for nothing for a minute where it comes from these addresses. */
  shut(serial: string, addresses: readonly string[]): void {
    const until = this.#deps.clock.monotonicMs() + SHUT_MS;
    for (const address of addresses) {
      const key = `${serial} ${address}`;
      this.#shut.delete(key);
      this.#shut.set(key, until);
    }
    const [oldest] = this.#shut.keys();
    if (this.#shut.size > MOST_SHUT && oldest !== undefined) this.#shut.delete(oldest);
  }

  /** Resolves when no request is under way; connections close as they become idle. */
  async drain(): Promise<void> {
    this.#server.closeIdleConnections();
    if (this.#underWay === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Counts a device's connection; what it ends by says nothing, as with HTTP either end may at any time. */
  #count(socket: TLSSocket, way: CertifiedWay | null, admission: Admission | null): DeviceTally | null {
    if (way === null || admission?.admitted !== true || admission.identity.kind !== 'device') return null;
    const { connections } = this.#deps;
    const none = { keepAlive: null, clean: null, hasWill: null };
    const tally = connections.began(admission.identity.device, { ...way.transport(), protocol: 'https', ...none });
    socket.once('close', () => connections.ended(tally, 'goodbye'));
    return tally;
  }

  #refuse(listener: 'https' | 'api', admission: Admission | null, from: PeerSource): void {
    if (admission !== null && !admission.admitted) this.#deps.refused(listener, admission.reason, from);
  }

  /** Whoever is not known by a certificate has a part of all connections, so that it never has those of devices. */
  #takeStranger(socket: TLSSocket): boolean {
    const { strangers } = this.#deps;
    if (!strangers.take(Math.ceil(this.#deps.limits().connections / STRANGERS))) return false;
    socket.once('close', () => strangers.give());
    return true;
  }

  #isOver(socket: TLSSocket, admission: Admission): boolean {
    if (!admission.admitted || admission.identity.kind !== 'device') return false;
    const { index } = admission.identity.device;
    const { table } = this.#deps;
    if (!table.connect(index, this.#deps.limits().connectionsPerDevice)) return true;
    socket.once('close', () => table.disconnect(index));
    return false;
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const peer = this.#peers.get(request.socket);
    if (peer === undefined) {
      request.socket.destroy();
      return;
    }
    if (!this.#pipeline.enter(request, response)) return;
    this.#deps.received?.();
    this.#underWay++;
    response.once('close', () => {
      if (--this.#underWay === 0) this.#idle?.();
    });
    response.on('error', () => {});
    setSecurityHeaders(response, request.headers.host);
    if (peer.over) return sendProblem(response, TOO_MANY, {}, true);
    this.#answer(peer, request, response).catch((error: unknown) => {
      this.#deps.log.error({ error }, 'request failed');
      sendProblem(response, problem(500, 'internal', 'The platform met a fault; its log says more.'), {}, true);
    });
  }

  async #answer(peer: HttpPeer, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const cross = judgeOrigin(request, peer.listener, this.#deps.origins());
    if (cross.outcome === 'refused') {
      this.#deps.refused(peer.listener, 'origin', peer.from);
      return sendProblem(response, OTHER_ORIGIN, {}, true);
    }
    for (const [name, value] of Object.entries(cross.fields)) response.setHeader(name, value);
    if (cross.outcome === 'preflight') {
      response.writeHead(204).end();
      return;
    }
    // Like a new connection, each request is decided by what is known now.
    const admission = peer.judge === null ? null : peer.judge();
    const identity = identityOf(admission);
    if (identity === 'refused') {
      if (peer.admitted) this.#refuse(peer.listener, admission, peer.from);
      return sendProblem(response, NOT_AUTHORISED, {}, true);
    }
    if (identity?.kind === 'manufactured' && !isEnrolmentPath(request.url ?? '')) {
      this.#deps.refused(peer.listener, 'not-enrolled', peer.from);
      return sendProblem(response, NOT_AUTHORISED, {}, true);
    }
    if (identity?.kind === 'device' && this.#isShut(peer, identity)) {
      this.#deps.refused(peer.listener, 'clone', peer.from);
      return sendProblem(response, NOT_AUTHORISED, {}, true);
    }
    const target = parseStreamPath(request.url ?? '');
    if (target === null) {
      const key = identity === null ? null : peer.key();
      return this.#pass(stateIdentity(identity, peer.from, peer.listener, key), request, response);
    }
    if (identity === null) return sendProblem(response, NO_CERTIFICATE, {}, true);
    if (identity.kind !== 'device') return sendProblem(response, NOT_A_DEVICE, {}, true);
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      return sendProblem(response, METHOD, {}, true);
    }
    if (target === 'invalid') return sendProblem(response, BAD_QUERY, {}, true);
    await takeReadings({ ...this.#deps, bodies: this.#bodies }, identity.device, target, request, response, peer.tally);
  }

  /** Tells of a device's request, and whether its certificate is shut out at its address. */
  #isShut(peer: HttpPeer, { device, serial }: Extract<PeerIdentity, { kind: 'device' }>): boolean {
    const now = this.#deps.clock.monotonicMs();
    const address = peer.from.address ?? '';
    if (now - peer.toldMs >= TOLD_EVERY_MS) {
      peer.toldMs = now;
      this.#deps.visited?.({ id: peer.id, device: device.name, serial, address, stack: null });
    }
    return this.#shut.size > 0 && (this.#shut.get(`${serial} ${address}`) ?? -Infinity) > now;
  }

  /** To control, but for those whom control has told to wait. */
  #pass(peer: PeerStatement, request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    // What the platform asks to try itself uses up nobody's turns.
    const network = peer.own === true ? OWN : addressPrefix(peer.address);
    const key = heldKeyOf(peer, network, method, url, headers.authorization);
    // Until control has said who they are, all of a network are one: inventing credentials buys no turns.
    const caller = this.#known.find(key.caller) ?? peer.fingerprint ?? network;
    const hold = this.#held.find(key);
    if (hold !== null) {
      this.#deps.refused(peer.listener, 'rate', { address: peer.address, own: peer.own === true });
      return this.#late.give(caller, response, () =>
        answerHeld(response, hold, this.#held.secondsLeft(hold), hasLongBody(request)),
      );
    }
    const tracing = this.#deps.tracing();
    const step = tracing === null ? null : new OwnStep(tracing);
    this.#proxy.pass(request, response, {
      peer,
      caller,
      ...(step === null ? {} : { trace: step.field }),
      pace: this.#isLong(method, url) ? 'long' : 'brief',
      onAnswer: (fields) => {
        this.#held.note(key, fields);
        this.#known.note(key.caller, fields);
        step?.answered(fields, method, response);
      },
    });
  }
}

function answerHeld(response: ServerResponse, { fields, violated }: Hold, seconds: number, close: boolean): void {
  for (const [name, value] of Object.entries(fields)) if (value !== '') response.setHeader(name, value);
  response.setHeader('retry-after', seconds);
  sendProblem(response, HELD, { 'violated-policies': violated }, close);
}

/**
 * A body that says to be longer than what is read only to keep the connection. One that does not say is read: closing on
 * unread bytes would take the answer from whoever sent few. How long it may come is bounded like any other.
 */
function hasLongBody({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > 65_536;
}

/** The key of a connection's certificate, looked at when it is first asked for. */
function keyOnce(socket: TLSSocket): () => string | null {
  let key: string | null | undefined;
  return () => {
    const read = (): string | null =>
      socket.getPeerX509Certificate()?.publicKey.export({ format: 'der', type: 'spki' }).toString('base64') ?? null;
    return (key ??= read());
  };
}

/** Null for nobody in particular; a certificate that was shown and does not count is refused everywhere. */
function identityOf(admission: Admission | null): PeerIdentity | null | 'refused' {
  if (admission === null) return null;
  if (admission.admitted) return admission.identity;
  return admission.reason === 'no-certificate' ? null : 'refused';
}
