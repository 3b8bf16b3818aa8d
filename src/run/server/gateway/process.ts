import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { encodeUtf8, makeId, systemClock } from '#base/core/index.ts';
import type { Log } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { templateFromJson } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { CloneWatch, recoverSessions, SessionHub } from '#flow/gateway/index.ts';
import type { CloneEvent, FromHub, HubLine, SessionSnapshot, ToHub } from '#flow/gateway/index.ts';
import { mostStepped, steppedFields } from '#flow/ingest/index.ts';
import { FileJournalReader } from '#flow/journal/index.ts';
import type { JournalDamage, SessionEvent } from '#flow/journal/index.ts';
import { ConsentTable, ConsentWriter } from '#trust/consent/index.ts';
import type { ConsentChange, ConsentSnapshot } from '#trust/consent/index.ts';
import { DeviceTable, rebuildFromBatch, restoreWindows, RevokedSet } from '#trust/identity/index.ts';
import type { DeviceCommand } from '../control/command-box.ts';
import { makeLog } from '../log.ts';
import { parentLine, portLine } from '../process/lines.ts';
import { Peer } from '../process/peer.ts';
import type {
  GatewayControlMethods,
  GatewayCounts,
  GatewayMethods,
  GatewayStart,
  Ports,
  WorkerControlMethods,
  WorkerMethods,
} from './contract.ts';
import { MemoryDirectory, writeFlags } from './directory.ts';

/** The gateway process: the main thread keeps the device table and the hub of sessions, workers do the rest. */

/** Bytes of the records of devices and streams; they are touched, and so take memory, only as devices send. */
const RECORD_BYTES = 512 * 1_048_576;
const MOST_STREAMS = 64;
const KEY_BATCH = 16;
const HUB_SWEEP_MS = 1_000;
const PARKED_PER_DEVICE = 16;
const ORDER_AGAIN_MS = 1_000;

const log: Log = makeLog('gateway');
/** The first worker loads its code while the start is prepared. */
const firstWorker = launchWorker();
const workers: Peer<WorkerMethods>[] = [];
let hub: SessionHub | null = null;
let table: DeviceTable | null = null;
let directory: MemoryDirectory | null = null;
let revoked: RevokedSet | null = null;
const consents = new ConsentWriter(ConsentTable.create());
let committed = false;
let inForce: Template | null = null;
const clones = new CloneWatch(systemClock, (device) => {
  const type = directory?.find(device)?.type ?? '';
  return inForce?.devices.get(type)?.clones ?? 'alert';
});

const offered: GatewayMethods = {
  start: (begin) => start(begin),
  template: async (update) => {
    inForce = templateFromJson(update.form);
    await Promise.all(workers.map((worker) => worker.call('template', update)));
  },
  devices: async (update) => {
    // What is shared first: whatever a worker looks up afterwards is decided by it.
    revoke(update.revoked);
    for (const change of update.changes) {
      directory?.change(change);
      if (table !== null) writeFlags(table, change.device);
    }
    await Promise.all(workers.map((worker) => worker.call('devices', update.changes)));
  },
  consents: async (change) => {
    // What is shared first: a withdrawal counts from here on, a new person once the workers know where to look.
    const snapshot = writeConsents(change);
    await Promise.all(workers.map((worker) => worker.call('consents', snapshot)));
  },
  agreed: (about) => Promise.all(workers.map((worker) => worker.call('agreed', about))),
  grantImport: async (grant) => {
    await Promise.all(workers.map((worker) => worker.call('grantImport', grant)));
  },
  refuseSubjects: async (refused) => {
    await Promise.all(workers.map((worker) => worker.call('refuseSubjects', refused)));
  },
  turnFiles: async () => {
    await Promise.all(workers.map((worker) => worker.call('turnFiles', null)));
  },
  hold: (held) => {
    for (const worker of workers) worker.tell('hold', held);
  },
  vaultRoom: (values) => {
    for (const worker of workers) worker.tell('vaultRoom', values);
  },
  trust: async (trust) => {
    await Promise.all(workers.map((worker) => worker.call('trust', trust)));
  },
  renew: async (tls) => {
    await Promise.all(workers.map((worker) => worker.call('renew', tls)));
  },
  command: (command) => deliver(command),
  endDevice: (device) => {
    const ids = clones.connectionsOf(device);
    for (const worker of workers) worker.tell('end', ids);
  },
  counts: async () => sum(await Promise.all(workers.map((worker) => worker.call('counts', null)))),
  drain: () => drain(),
};

function revoke(keys: Uint8Array): void {
  if (revoked?.addPacked(keys) === false) {
    log.error({}, 'the set of revoked serials is full: what is not in it is refused by the inventory alone');
  }
}

function writeConsents({ purposes, entries }: ConsentChange): ConsentSnapshot {
  const lost = consents.lost;
  const places = consents.write(entries);
  if (consents.lost > lost) {
    log.error({ persons: consents.lost }, 'the table of consents is full: the readings of some persons are refused');
  }
  return { purposes, places };
}

async function start(begin: GatewayStart): Promise<Ports> {
  revoked = RevokedSet.create();
  revoke(begin.revoked);
  const template = templateFromJson(begin.template);
  inForce = template;
  table = makeTable(template, begin.hashKey);
  directory = new MemoryDirectory(begin.directory);
  for (const device of begin.directory.devices) writeFlags(table, device);
  hub = new SessionHub({
    clock: systemClock,
    parkedPerDevice: PARKED_PER_DEVICE,
    events: {
      delivered: (_device, command) => control.tell('delivered', command),
      undelivered: (_device, command, reason) => control.tell('undelivered', { command, reason }),
    },
  });
  const sessions = recoverSessions(await rebuild(begin.journal, template, table, directory));
  const sweeping = hub;
  setInterval(() => {
    sweeping.sweep();
    for (const event of clones.sweep()) answerClone(event);
  }, HUB_SWEEP_MS).unref();
  return startWorkers(begin, sessions);
}

function answerClone(event: CloneEvent): void {
  const { serial, cut, shut } = event;
  control.tell('clone', event);
  for (const worker of workers) {
    if (shut.length > 0) worker.tell('shut', { serial, addresses: shut });
    if (cut.length > 0) worker.tell('end', cut);
  }
}

/** One record for each device and stream that will ever send, as far as the memory for them goes. */
function makeTable(template: Template, hashKey: Uint8Array): DeviceTable {
  const { devices, seqWindow } = template.limits;
  const stepped = Math.max(mostStepped(template), 16);
  const bytes = 96 + seqWindow * 8 + stepped * 16;
  const records = Math.min(devices * template.streams.size, Math.floor(RECORD_BYTES / bytes));
  return DeviceTable.create({ devices, streams: MOST_STREAMS, records, window: seqWindow, stepped }, hashKey);
}

/**
 * Reads what earlier starts left in the journal: windows of seq, last values, and sessions. Each file begins with all
 * that must outlive those before it, so only the last file of each worker is read.
 */
async function rebuild(
  folder: string,
  template: Template,
  into: DeviceTable,
  devices: MemoryDirectory,
): Promise<readonly SessionEvent[]> {
  const options = {
    directory: folder,
    // The store reports damage; what other files say can be learnt all the same.
    onDamaged: (damage: JournalDamage) => log.warn(damage, 'a journal file is damaged'),
    keys: {
      key: async (fileId: string) => {
        const raw = await control.call('journalKey', fileId);
        return raw === null ? null : AeadKey.fromBytes(raw);
      },
    },
  };
  const reader = new FileJournalReader({ ...options, writersGone: true });
  const sessions: SessionEvent[] = [];
  const context = {
    deviceIndex: (name: string) => devices.find(name)?.index ?? null,
    stepped: (stream: string) => {
      const declared = template.streams.get(stream);
      return declared === undefined ? [] : steppedFields(declared);
    },
  };
  try {
    const files = await new FileJournalReader(options).files();
    const passed = files.filter(({ finished }) => finished);
    const cursor = new Map(passed.map(({ fileId }) => [fileId, Number.MAX_SAFE_INTEGER]));
    for await (const { record } of reader.read(cursor)) {
      if (record.kind === 'batch') rebuildFromBatch(into, record.batch, context);
      else if (record.kind === 'windows') restoreWindows(into, record.snapshot);
      else if (record.kind === 'session') sessions.push(...record.events);
    }
  } catch (error) {
    // The gateway can go on with what it could learn.
    log.error({ error: (error as Error).message }, 'the journal could not be read to its end');
  }
  return sessions;
}

async function startWorkers(begin: GatewayStart, sessions: readonly SessionSnapshot[]): Promise<Ports> {
  const { commands, revoked: _, consents: given, ...gateway } = begin;
  const snapshot = writeConsents(given);
  const connections = new SharedArrayBuffer(64);
  const startId = makeId(systemClock, systemRandom);
  let ports = begin.ports;
  for (let number = 0; number < begin.workers; number++) {
    const { thread, port } = number === 0 ? firstWorker : launchWorker();
    const line = portLine(port) as HubLine<FromHub, ToHub>;
    hub?.attach(line);
    if (number === 0) {
      hub?.restore(sessions, line);
      for (const command of commands) deliver(command);
    }
    const worker: Peer<WorkerMethods> = new Peer<WorkerMethods>(
      portLine(thread),
      offeredToWorkers(() => worker),
    );
    thread.once('error', (error) => {
      log.error(
        { worker: number, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
        'a worker failed',
      );
      // All of the gateway starts anew: what the worker held is in the journal.
      process.exit(1);
    });
    workers.push(worker);
    const [journalKeys, quarantineKeys] = await Promise.all([
      control.call('fileKeys', { kind: 'journal', count: KEY_BATCH }),
      control.call('fileKeys', { kind: 'quarantine', count: KEY_BATCH }),
    ]);
    // The first worker takes the ports, where any will do; the others share them.
    ports = await worker.call('start', {
      worker: number,
      start: startId,
      gateway: { ...gateway, ports },
      table: (table as DeviceTable).buffer,
      revoked: (revoked as RevokedSet).buffer,
      consentTable: consents.table.buffer,
      consents: snapshot,
      connections,
      sharedPorts: begin.workers > 1,
      journalKeys,
      quarantineKeys,
      sessions: number === 0 ? sessions : [],
    });
  }
  return ports;
}

/** A worker thread that waits for its start, and this side of its channel to the hub. */
function launchWorker(): { readonly thread: Worker; readonly port: MessagePort } {
  const { port1: port, port2: hubPort } = new MessageChannel();
  const thread = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: { hubPort },
    transferList: [hubPort],
  });
  return { thread, port };
}

function offeredToWorkers(worker: () => Peer<WorkerMethods>): WorkerControlMethods {
  const ordered = new Set<string>();
  const order = async (kind: 'journal' | 'quarantine'): Promise<void> => {
    if (ordered.has(kind)) return;
    ordered.add(kind);
    try {
      worker().tell('keys', { kind, keys: await control.call('fileKeys', { kind, count: KEY_BATCH }) });
    } catch (error) {
      log.error({ kind, error: String(error) }, 'no keys for files could be had, asking again');
      setTimeout(() => void order(kind), ORDER_AGAIN_MS).unref();
    } finally {
      ordered.delete(kind);
    }
  };
  return {
    arrived: (sighting) => clones.arrived(sighting),
    visited: (sighting) => clones.visited(sighting),
    interleaved: (device) => clones.interleaved(device),
    left: (id) => clones.left(id),
    moreKeys: ({ kind }) => void order(kind),
    committed: () => {
      // Several workers, one word to control.
      if (committed) return;
      committed = true;
      setImmediate(() => {
        committed = false;
        control.tell('committed', null);
      });
    },
    refused: (counts) => control.tell('refused', counts),
    traced: (spans) => control.tell('traced', spans),
    seen: (times) => control.tell('seen', times),
    refusedReadings: (readings) => control.tell('refusedReadings', readings),
    newTokens: (made) => control.tell('newTokens', made),
    leftOut: (left) => control.tell('leftOut', left),
  };
}

function deliver({ id, device, name, payload, retain }: DeviceCommand): void {
  hub?.send(device, {
    id,
    topic: `commands/${device}/${name}`,
    payload: encodeUtf8(payload),
    retain: retain ? 'keep' : 'no',
    contentType: null,
    expires: null,
  });
}

function sum(counts: readonly GatewayCounts[]): GatewayCounts {
  const add = (into: Record<string, number>, more: Readonly<Record<string, number>>) => {
    for (const [name, count] of Object.entries(more)) into[name] = (into[name] ?? 0) + count;
    return into;
  };
  const total = (of: (count: GatewayCounts) => number) => counts.reduce((all, count) => all + of(count), 0);
  return {
    connections: total(({ connections }) => connections),
    admitted: total(({ admitted }) => admitted),
    duplicates: total(({ duplicates }) => duplicates),
    dropped: total(({ dropped }) => dropped),
    refused: counts.reduce((all, { refused }) => add(all, refused), {} as Record<string, number>),
    agreements: counts.reduce((all, { agreements }) => add(all, agreements), {} as Record<string, number>),
    refusedConnections: counts.reduce(
      (all, { refusedConnections }) => add(all, refusedConnections),
      {} as Record<string, number>,
    ),
  };
}

async function drain(): Promise<void> {
  const unused = await Promise.all(workers.map((worker) => worker.call('drain', null)));
  await control.call('unusedFileKeys', unused.flat()).catch((error: unknown) => {
    log.warn({ error: String(error) }, 'unused keys of files could not be given back');
  });
}

const control = new Peer<GatewayControlMethods>(parentLine(), offered);
control.onClose(() => process.exit(0));
process.once('SIGTERM', () => void drain().finally(() => process.exit(0)));
process.on('SIGINT', () => {});
