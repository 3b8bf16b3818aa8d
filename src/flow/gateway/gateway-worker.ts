import type { TLSSocket } from 'node:tls';
import type { Clock, Log, Metrics, Random, Span } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import { makeManufacturedChecker } from '#trust/identity/index.ts';
import type { CertificateChecker, ManufacturedChecker } from '#trust/identity/index.ts';
import { ConnectionBook } from './connections/connection-book.ts';
import type { ConnectionSummary } from './connections/connection-summary.ts';
import { HttpService } from './http/http-service.ts';
import type { OwnStepParts } from './http/own-step.ts';
import { Proxy } from './http/proxy.ts';
import { StatusListener } from './http/status-listener.ts';
import { AckGroups } from './mqtt/ack-group.ts';
import { ackWords } from './mqtt/ack-words.ts';
import { HubClient } from './mqtt/hub-client.ts';
import type { FromHub, HubLine, ToHub } from './mqtt/hub-message.ts';
import { MqttService } from './mqtt/mqtt-service.ts';
import { emptyPublish } from './mqtt/publish-packet.ts';
import { ReasonCode } from './mqtt/reason-code.ts';
import { RefusedPeers } from './mqtt/refused-peers.ts';
import type { DeviceDirectory, DeviceTablePort, IngestPort, RevokedPort } from './ports.ts';
import { admit, admitManufactured } from './tls/admission.ts';
import type { Admission } from './tls/admission.ts';
import type { ConnectionCount } from './tls/connection-count.ts';
import { HandshakeGate } from './tls/handshake-gate.ts';
import type { HandshakeBounds } from './tls/handshake-gate.ts';
import { AgreementCount } from './tls/key-agreement.ts';
import type { KeyAgreement } from './tls/key-agreement.ts';
import { peerChain } from './tls/peer-chain.ts';
import { RefusalTally } from './tls/refusal-tally.ts';
import type { RefusalCount } from './tls/refusal-tally.ts';
import type { Sighting } from './tls/clone-watch.ts';
import { HandshakePace } from './tls/handshake-pace.ts';
import type { ConnectionEnds } from './tls/connection-ends.ts';
import type { PeerSource } from './tls/peer-source.ts';
import { SecureListener } from './tls/secure-listener.ts';
import { stackOf } from './tls/tls-stack.ts';
import { transportOf } from './tls/transport.ts';
import type { TlsMaterial } from './tls/tls-options.ts';

/** The ports of the gateway that speak TLS. */
export type SecureName = 'mqtt' | 'https' | 'api';
/** All of them: `status` is plain HTTP, for lists of revoked certificates and OCSP, and off unless it is declared. */
export type ListenerName = SecureName | 'status';
export type ListenerPorts = Readonly<Record<SecureName, number>> & { readonly status?: number };

/** What a gateway worker is made of. */
export interface GatewayWorkerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly template: Template;
  readonly tls: TlsMaterial;
  /** Judges client certificates. */
  readonly certificates: CertificateChecker;
  readonly devices: DeviceDirectory;
  readonly table: DeviceTablePort;
  readonly revoked: RevokedPort;
  readonly ingest: IngestPort;
  /** The channel to the `SessionHub` in the main thread. */
  readonly hub: HubLine<ToHub, FromHub>;
  /** Connections of all workers. */
  readonly connections: ConnectionCount;
  /** Path of control's socket, to which all but readings is passed. */
  readonly controlSocket: string;
  /** Routes of control's that last, as method and path. */
  readonly longRoutes: readonly string[];
  /** Is told of each MQTT connection that a device opens, of requests over HTTPS, and of the end of either by its id. */
  arrived?(sighting: Sighting): void;
  visited?(sighting: Sighting): void;
  left?(id: string): void;
  /** Is told that a device was let in from an address. */
  heard?(device: number, address: string | undefined): void;
  /** Is given what a device did on its connections in a period. */
  connected?(summary: ConnectionSummary): void;
  /** Is given steps of traced requests. */
  traced?(span: Span): void;
  /** Is given what was refused, once a second where there was anything. */
  refused(counts: readonly RefusalCount[]): void;
  /** Several workers share the ports; the kernel deals connections out. */
  readonly sharedPorts?: boolean;
  /** Handshakes under way at once. */
  readonly handshakes?: HandshakeBounds;
}

const HANDSHAKES: HandshakeBounds = { total: 512, perSource: 256 };
const SWEEP_MS = 1_000;
const NO_MANUFACTURERS: NonNullable<Template['manufacturers']> = new Map();

/** A running worker of the gateway. */
export interface GatewayWorker extends AsyncDisposable {
  /** Ports that are listened on, as the template says or, where it says 0, as the system gave them. */
  readonly ports: ListenerPorts;
  /** Takes another version of the template: limits and streams, not ports and TLS rules. */
  useTemplate(template: Template): void;
  /** Devices changed in the directory: what was looked up is looked up again. */
  devicesChanged(): void;
  /** Devices whose flags or certificates changed: live sessions that may not go on are cut now. */
  flagsChanged(indexes: Iterable<number>): void;
  /** Ends connections by their ids. */
  end(ids: readonly string[]): void;
  /** Takes a certificate for nothing over HTTPS, for a while, where it comes from these addresses. */
  shut(serial: string, addresses: readonly string[]): void;
  /** The platform has opened this connection to try itself. @returns whether it is one of this worker's */
  own(ends: ConnectionEnds): boolean;
  /** New connections are judged by these authorities. */
  useCertificates(certificates: CertificateChecker): void;
  /** New connections get this certificate. */
  renew(tls: TlsMaterial): void;
  /** `agreements`: open connections by version, suite and group. */
  counts(): {
    readonly mqtt: number;
    readonly handshakes: number;
    readonly agreements: Readonly<Record<string, number>>;
  };
  /** Takes no more connections, ends those that are open, hands their sessions to the hub, waits for what is not durable. */
  drain(): Promise<void>;
}

/**
 * Starts the listeners of one worker.
 *
 * @throws {GatewayError} GATEWAY_LISTEN_FAILED, GATEWAY_ADDRESS_INVALID, GATEWAY_CERTIFICATE_INVALID
 */
export async function startGatewayWorker(deps: GatewayWorkerDeps): Promise<GatewayWorker> {
  const worker = new Worker(deps);
  await worker.listen();
  return worker;
}

class Worker implements GatewayWorker {
  readonly ports: Record<SecureName, number> & { status?: number } = { mqtt: 0, https: 0, api: 0 };
  readonly #deps: GatewayWorkerDeps;
  readonly #refusals = new RefusalTally();
  readonly #refusedPeers = new RefusedPeers();
  readonly #agreements = new AgreementCount();
  readonly #acks: AckGroups;
  readonly #connections: ConnectionBook;
  readonly #mqtt: MqttService;
  readonly #http: HttpService;
  readonly #gate: HandshakeGate;
  readonly #pace: HandshakePace;
  readonly #listeners: Readonly<Record<SecureName, SecureListener>>;
  #status: StatusListener | null = null;
  readonly #timer: NodeJS.Timeout;
  #template: Template;
  #certificates: CertificateChecker;
  #manufactured: ManufacturedChecker;
  #version = 1;
  /** Tells the connections of this worker from those of others. */
  readonly #name: string;
  #opened = 0;

  constructor(deps: GatewayWorkerDeps) {
    this.#deps = deps;
    this.#name = deps.random.bytes(6).toHex();
    this.#template = deps.template;
    this.#certificates = deps.certificates;
    this.#manufactured = makeManufacturedChecker(deps.template.manufacturers ?? NO_MANUFACTURERS);
    this.#gate = new HandshakeGate(deps.handshakes ?? HANDSHAKES);
    this.#pace = new HandshakePace(() => deps.clock.monotonicMs());
    this.#acks = new AckGroups(() => {
      this.#pace.worked();
      return deps.ingest.durable();
    });
    this.#connections = new ConnectionBook({
      clock: deps.clock,
      isStream: (name) => this.#template.streams.has(name),
      told: (summary) => deps.connected?.(summary),
    });
    this.#mqtt = this.#makeMqtt();
    this.#http = new HttpService({
      ...deps,
      connections: this.#connections,
      strangers: deps.connections.strangers,
      tracing: () => this.#tracing(),
      limits: () => this.#template.limits,
      stream: (name) => this.#template.streams.get(name),
      origins: () => this.#template.api?.origins ?? [],
      received: () => this.#pace.worked(),
      refused: (listener, reason, from) => this.#refuse(listener, reason, from),
    });
    this.#listeners = {
      mqtt: this.#makeListener('mqtt', true, 'mqtt', (socket, from, agreed) => this.#acceptMqtt(socket, from, agreed)),
      https: this.#makeListener('https', true, 'http/1.1', (socket, from, agreed) => {
        const judge = (): Admission => this.#judgeEnrolee(socket);
        const way = { judge, transport: () => transportOf(socket, agreed) };
        this.#http.accept(socket, from, 'https', this.#nextId(), way);
      }),
      api: this.#makeListener('api', false, 'http/1.1', (socket, from) =>
        this.#http.accept(socket, from, 'api', this.#nextId(), null),
      ),
    };
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  async listen(): Promise<void> {
    const { listen } = this.#template;
    const shared = this.#deps.sharedPorts === true;
    try {
      this.ports.mqtt = await this.#listeners.mqtt.listen(listen.address, listen.mqtt, shared);
      this.ports.https = await this.#listeners.https.listen(listen.address, listen.https, shared);
      this.ports.api = await this.#listeners.api.listen(listen.address, listen.api, shared);
      if (listen.status !== undefined)
        this.ports.status = await this.#openStatus(listen.address, listen.status, shared);
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  useTemplate(template: Template): void {
    this.#template = template;
    this.#manufactured = makeManufacturedChecker(template.manufacturers ?? NO_MANUFACTURERS);
    this.#version++;
  }

  devicesChanged(): void {
    this.#version++;
  }

  flagsChanged(indexes: Iterable<number>): void {
    this.#mqtt.cut(new Set(indexes));
    this.#http.cut();
  }

  end(ids: readonly string[]): void {
    const chosen = new Set(ids);
    this.#mqtt.end(chosen);
    this.#http.end(chosen);
  }

  shut(serial: string, addresses: readonly string[]): void {
    this.#http.shut(serial, addresses);
  }

  own(ends: ConnectionEnds): boolean {
    return Object.values(this.#listeners).some((listener) => listener.own(ends));
  }

  useCertificates(certificates: CertificateChecker): void {
    this.#certificates = certificates;
  }

  renew(tls: TlsMaterial): void {
    for (const listener of Object.values(this.#listeners)) listener.renew(tls);
  }

  counts(): { mqtt: number; handshakes: number; agreements: Readonly<Record<string, number>> } {
    return { mqtt: this.#mqtt.size, handshakes: this.#gate.underWay, agreements: this.#agreements.counts() };
  }

  async drain(): Promise<void> {
    for (const listener of Object.values(this.#listeners)) listener.stop();
    await this.#status?.[Symbol.asyncDispose]();
    await this.#http.drain();
    // What was taken is acknowledged before the goodbye.
    await this.#acks.settled();
    await this.#mqtt.close();
    this.#connections.flush();
    await this.#acks.settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(Object.values(this.#listeners).map((listener) => listener[Symbol.asyncDispose]()));
    await this.#status?.[Symbol.asyncDispose]();
    this.#http.close();
    this.#tell();
  }

  #openStatus(address: string, port: number, shared: boolean): Promise<number> {
    this.#status = new StatusListener({
      proxy: new Proxy(this.#deps.controlSocket),
      limits: () => this.#template.limits,
      refused: (reason, address) => this.#refuse('status', reason, { address, own: false }),
    });
    return this.#status.listen(address, port, shared);
  }

  #makeMqtt(): MqttService {
    const { clock, random, log, metrics, ingest, devices, table } = this.#deps;
    const hub = new HubClient(
      this.#deps.hub,
      MqttService.requests(() => this.#mqtt),
    );
    return new MqttService({
      clock,
      random,
      log,
      metrics,
      ingest,
      devices,
      table,
      hub,
      connections: this.#connections,
      refusals: this.#refusals,
      acks: this.#acks,
      limits: () => this.#template.limits,
      stream: (name) => this.#template.streams.get(name),
      version: () => this.#version,
      publish: emptyPublish(),
      ack: { packetId: 0, reason: 0 },
      flow: { uncommitted: 0 },
      words: ackWords(
        (name) => this.#template.streams.get(name),
        () => this.#version,
      ),
    });
  }

  #makeListener(
    name: SecureName,
    clientCertificates: boolean,
    protocol: string,
    accept: (socket: TLSSocket, from: PeerSource, agreed: KeyAgreement) => void,
  ): SecureListener {
    const { tls, connections } = this.#deps;
    return new SecureListener({
      tls,
      rules: this.#template.tls,
      clientCertificates,
      protocol,
      handshakeTimeout: this.#template.limits.connectTimeout,
      count: connections,
      mostConnections: () => this.#template.limits.connections,
      gate: this.#gate,
      pace: this.#pace,
      agreements: this.#agreements,
      accept,
      refused: (reason, from) => this.#refuse(name, reason, from),
    });
  }

  #tracing(): OwnStepParts | null {
    const { clock, random } = this.#deps;
    return this.#template.traces === undefined ? null : { clock, random, traced: (span) => this.#deps.traced?.(span) };
  }

  /** Who is at the other end, by what is known now. */
  #judge(socket: TLSSocket): Admission {
    const { clock, devices, table, revoked } = this.#deps;
    const certificate = socket.getPeerX509Certificate();
    const admission = admit(this.#certificates.check(certificate?.raw, clock.now()), devices, table, revoked);
    if (admission.admitted && admission.identity.kind === 'device') {
      this.#deps.heard?.(admission.identity.device.index, socket.remoteAddress);
    }
    return admission;
  }

  /** As `#judge`, and devices that have but their manufacturer's certificate: HTTPS lets those enrol, MQTT has nothing for them. */
  #judgeEnrolee(socket: TLSSocket): Admission {
    return admitManufactured(this.#judge(socket), () => {
      const [leaf, ...chain] = peerChain(socket);
      if (leaf === undefined) return { outcome: 'refused' };
      return this.#manufactured.check(leaf, chain, this.#deps.clock.now());
    });
  }

  #acceptMqtt(socket: TLSSocket, from: PeerSource, agreed: KeyAgreement): void {
    const { table } = this.#deps;
    const { address } = from;
    const admission = this.#judge(socket);
    if (!admission.admitted) {
      this.#refuse('mqtt', admission.reason, from);
      return this.#refusedPeers.take(socket, ReasonCode.NotAuthorized);
    }
    const { identity } = admission;
    if (identity.kind !== 'device') {
      this.#refuse('mqtt', 'not-a-device', from);
      return this.#refusedPeers.take(socket, ReasonCode.NotAuthorized);
    }
    const { index } = identity.device;
    if (!table.connect(index, this.#template.limits.connectionsPerDevice)) {
      this.#refuse('mqtt', 'too-many-connections', from);
      return this.#refusedPeers.take(socket, ReasonCode.QuotaExceeded);
    }
    socket.once('close', () => table.disconnect(index));
    const id = this.#nextId();
    const { serial } = identity;
    this.#deps.arrived?.({ id, device: identity.device.name, serial, address: address ?? '', stack: stackOf(socket) });
    socket.once('close', () => this.#deps.left?.(id));
    this.#mqtt.accept(socket, { device: identity.device, serial, id, from, transport: transportOf(socket, agreed) });
  }

  #nextId(): string {
    return `${this.#name}-${++this.#opened}`;
  }

  #refuse(listener: ListenerName, reason: string, from: PeerSource): void {
    this.#refusals.add(listener, reason, from);
    // What the platform tries itself with is in the log, and in nothing that people look at.
    if (!from.own) this.#deps.metrics.count('gateway_refused', { listener, reason });
  }

  #sweep(): void {
    this.#mqtt.sweep();
    this.#connections.sweep();
    this.#tell();
  }

  #tell(): void {
    const counts = this.#refusals.drain();
    if (counts.length > 0) this.#deps.refused(counts);
  }
}
