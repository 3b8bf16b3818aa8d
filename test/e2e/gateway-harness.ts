import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { micros, systemClock } from '#base/core/index.ts';
import type { Batch, Log, Metrics } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { ConnectionCount, SessionHub, startGatewayWorker } from '#flow/gateway/index.ts';
import type {
  DeviceEntry,
  FromHub,
  GatewayWorker,
  GatewayWorkerDeps,
  HubLine,
  IngestPort,
  RefusalCount,
  TlsMaterial,
  ToHub,
} from '#flow/gateway/index.ts';
import { Ingest } from '#flow/ingest/index.ts';
import type { JournalPosition, JournalRecord, JournalWriter } from '#flow/journal/index.ts';
import { DEVICE_FLAG, DeviceTable, makeCertificateChecker, RevokedSet } from '#trust/identity/index.ts';
import { makeTemplate } from '../support/make-template.ts';
import { tokenKeysOf } from '../support/token-keys.ts';
import { requireProgram } from '../support/outside.ts';
import { temporaryFolder } from '../support/tmp.ts';
import { TestAuthority } from './gateway-pki.ts';
import type { Credential } from './gateway-pki.ts';

export const DEPLOYMENT = 'test';

export const GATEWAY_YAML = `
devices:
  reefer: {}
  hub: {speaks-for: [reefer]}
streams:
  climate:
    from: reefer
    rate: {sustained: 100000/s, burst: 100000}
    accept: {late: 3650d, early: 5m}
    fields:
      temperature: {type: number, range: [-40, 60]}
      door: {type: boolean, nullable: true}
  slow:
    from: reefer
    rate: {sustained: 1/h, burst: 1}
    fields:
      n: {type: integer}
  strict:
    from: reefer
    rate: {sustained: 100000/s, burst: 100000}
    on-refusal: disconnect
    fields:
      n: {type: integer, range: [0, 10]}
`;

/** A journal in memory that the test may hold back or let fail. */
export class MemoryJournal implements JournalWriter {
  readonly kept: JournalRecord[] = [];
  failing: Error | null = null;
  #held: (() => void)[] | null = null;

  async append(records: readonly JournalRecord[]): Promise<JournalPosition> {
    const copy = structuredClone(records) as JournalRecord[];
    if (this.#held !== null) await new Promise<void>((resolve) => this.#held?.push(resolve));
    if (this.failing !== null) throw this.failing;
    this.kept.push(...copy);
    return { file: 'f', offset: this.kept.length };
  }

  hold(): void {
    this.#held = [];
  }

  release(): void {
    const waiting = this.#held ?? [];
    this.#held = null;
    for (const go of waiting) go();
  }

  async close(): Promise<void> {}

  batches(stream: string): Batch[] {
    return this.kept.flatMap((r) => (r.kind === 'batch' && r.batch.stream === stream ? [r.batch] : []));
  }

  rows(stream: string): number {
    return this.batches(stream).reduce((sum, { rows }) => sum + rows, 0);
  }

  /** Values of a column over all batches in order. */
  values(stream: string, column: string): unknown[] {
    return this.batches(stream).flatMap(({ columns }) => {
      const data = columns.find(({ name }) => name === column)?.data;
      if (data === undefined) return [];
      const values = data.type === 'text' ? Array.from(data.codes, (code) => data.dictionary[code]) : [...data.values];
      return values.map((value, i) => (data.nulls?.[i] === 1 ? null : value));
    });
  }

  sessionEvents(): { session: string; event: Uint8Array }[] {
    return this.kept.flatMap((r) => (r.kind === 'session' ? [...r.events] : []));
  }
}

/** What happened to devices, as the gateway told it. */
export interface RecordedEvent {
  readonly device: string;
  readonly kind: string;
  readonly detail: string | null;
  readonly client: string | null;
}

export interface GatewayHarness {
  readonly worker: GatewayWorker;
  readonly hub: SessionHub;
  readonly journal: MemoryJournal;
  readonly table: DeviceTable;
  readonly folder: string;
  readonly authority: TestAuthority;
  readonly refusals: RefusalCount[];
  readonly events: RecordedEvent[];
  readonly undelivered: string[];
  readonly delivered: string[];
  readonly logged: object[];
  readonly devices: Map<string, DeviceEntry>;
  /** Enrols a device: an entry, a row, a certificate. */
  enrol(name: string, type?: string): Credential;
  /** How often each reason was told, over all listeners and sources. */
  reasons(): Record<string, number>;
  /** A second worker on ports of its own with the same hub. */
  another(): Promise<GatewayWorker>;
}

export interface HarnessOptions {
  readonly yaml?: string;
  readonly limits?: string;
  readonly controlSocket?: string;
  readonly journal?: MemoryJournal;
  readonly deps?: Partial<GatewayWorkerDeps>;
}

/** Starts a gateway worker in this process, with a test authority and a journal in memory. */
export async function startGateway(
  t: { after(cleanUp: () => Promise<void>): void; skip(reason?: string): void; todo(reason?: string): void },
  options: HarnessOptions = {},
): Promise<GatewayHarness> {
  const folder = await temporaryFolder(t);
  const authority = new TestAuthority(requireProgram(t, 'openssl'), folder, 'weir');
  const server = authority.issue('localhost', { san: 'DNS:localhost,IP:127.0.0.1', usage: 'serverAuth' });
  const parsed = makeTemplate(`${options.yaml ?? GATEWAY_YAML}${options.limits ?? ''}`);
  // Ports that are free: a template can only name fixed ones.
  const template = { ...parsed, listen: { address: '127.0.0.1', mqtt: 0, https: 0, api: 0 } };
  const table = DeviceTable.create(
    { devices: 64, streams: 16, records: 256, window: 64, stepped: 8 },
    new Uint8Array(8),
  );
  const journal = options.journal ?? new MemoryJournal();
  const devices = new Map<string, DeviceEntry>();
  const directory = { find: (name: string) => devices.get(name) ?? null };
  const refusals: RefusalCount[] = [];
  const events: RecordedEvent[] = [];
  const logged: object[] = [];
  const undelivered: string[] = [];
  const delivered: string[] = [];
  const hub = new SessionHub({
    clock: systemClock,
    parkedPerDevice: 8,
    events: {
      delivered: (device, command) => delivered.push(`${device} ${command}`),
      undelivered: (device, command, reason) => undelivered.push(`${device} ${command} ${reason}`),
    },
  });
  const sweep = setInterval(() => hub.sweep(), 200);
  const ports: MessagePort[] = [];
  let number = 0;
  const start = async (): Promise<GatewayWorker> => {
    const ingest = new Ingest({
      template,
      journal,
      table,
      worker: number++,
      digestKey: new Uint8Array(32),
      tokenKeys: tokenKeysOf(template),
      findDevice: directory.find,
    });
    const channel = new MessageChannel();
    ports.push(channel.port1, channel.port2);
    hub.attach(portLine<FromHub, ToHub>(channel.port1));
    return startGatewayWorker({
      clock: systemClock,
      random: systemRandom,
      log: recordingLog(logged),
      metrics: silentMetrics,
      template,
      tls: material(authority, server),
      certificates: makeCertificateChecker(DEPLOYMENT, { roots: [authority.pem], issuing: [authority.pem] }),
      devices: directory,
      table,
      revoked: RevokedSet.create(64),
      ingest: withEvents(ingest, events),
      hub: portLine<ToHub, FromHub>(channel.port2),
      connections: new ConnectionCount(shared),
      controlSocket: options.controlSocket ?? path.join(folder, 'control.sock'),
      longRoutes: [],
      refused: (counts) => refusals.push(...counts),
      ...options.deps,
    });
  };
  const shared = new SharedArrayBuffer(8);
  const worker = await start();
  const others: GatewayWorker[] = [];
  t.after(async () => {
    clearInterval(sweep);
    for (const one of [worker, ...others]) await one[Symbol.asyncDispose]();
    for (const port of ports) port.close();
  });
  return {
    worker,
    hub,
    journal,
    table,
    folder,
    authority,
    refusals,
    events,
    undelivered,
    delivered,
    logged,
    devices,
    enrol(name, type = 'reefer') {
      const credential = authority.issue(name, { san: `URI:urn:weir:${DEPLOYMENT}:device:${name}` });
      const index = devices.size;
      const speaksFor = type === 'hub' ? ['reefer'] : [];
      devices.set(name, { index, name, type, speaksFor, serials: [credential.serial] });
      table.setFlags(index, DEVICE_FLAG.known);
      return credential;
    },
    reasons() {
      const counts: Record<string, number> = {};
      for (const { reason, count } of refusals) counts[reason] = (counts[reason] ?? 0) + count;
      return counts;
    },
    async another() {
      const one = await start();
      others.push(one);
      return one;
    },
  };
}

function material(authority: TestAuthority, server: Credential): TlsMaterial {
  const read = process.getBuiltinModule('node:fs').readFileSync;
  return {
    certificate: read(server.certificate, 'utf8') + authority.pem,
    key: read(server.key, 'utf8'),
    authorities: [authority.pem],
  };
}

/** Until ingest takes events itself, they are noted here. */
function withEvents(ingest: Ingest, events: RecordedEvent[]): IngestPort {
  return {
    admit: ingest.admit.bind(ingest),
    admitMany: ingest.admitMany.bind(ingest),
    allowance: ingest.allowance.bind(ingest),
    refuse: ingest.refuse.bind(ingest),
    recordSession: ingest.recordSession.bind(ingest),
    durable: ingest.durable.bind(ingest),
    get busy() {
      return ingest.busy;
    },
    get place() {
      return ingest.place;
    },
    get dropped() {
      return ingest.dropped;
    },
    recordEvent(about, kind, detail, client) {
      events.push({ device: about.name, kind, detail, client });
      return 0;
    },
  };
}

function portLine<Out, In>(port: MessagePort): HubLine<Out, In> {
  return {
    post: (message) => port.postMessage(message),
    listen: (onMessage, onClose) => {
      port.on('message', onMessage);
      port.once('close', onClose);
    },
  };
}

function recordingLog(into: object[]): Log {
  const note = (fields: object): void => {
    into.push(fields);
  };
  return { debug: () => {}, info: () => {}, warn: note, error: note };
}

const silentMetrics: Metrics = { count: () => {}, gauge: () => {} };

/** Resolves as soon as a condition holds; fails after a while. */
export async function until(what: string, holds: () => boolean, withinMs = 60_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The present in epoch microseconds, as a branded value. */
export const now = () => micros(Date.now() * 1_000);
