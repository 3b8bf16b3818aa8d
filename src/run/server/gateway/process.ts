import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { encodeUtf8, makeId, systemClock } from '#base/core/index.ts';
import type { Log } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { TEMPLATE_BOUNDS, templateFromJson } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { CloneWatch, recoverSessions, SessionHub } from '#flow/gateway/index.ts';
import type { CloneEvent, FromHub, HubLine, SessionSnapshot, ToHub } from '#flow/gateway/index.ts';
import { mostStepped, steppedFields, windowRecord } from '#flow/ingest/index.ts';
import type { SeenSeqs, WindowLayout } from '#flow/ingest/index.ts';
import { FileJournalReader, windowRecords } from '#flow/journal/index.ts';
import type { JournalDamage, JournalKeyRing, SessionEvent } from '#flow/journal/index.ts';
import { ConsentTable, ConsentWriter } from '#trust/consent/index.ts';
import type { ConsentChange, ConsentSnapshot } from '#trust/consent/index.ts';
import {
  DeviceTable,
  rebuildFromBatch,
  restoreWindows,
  RevokedSet,
  SEQ,
  snapshotWindows,
} from '#trust/identity/index.ts';
import type { DeviceCommand } from '../control/command-box.ts';
import { makeLog } from '../log.ts';
import { leaveTerminalSignals } from '../process/leave-terminal-signals.ts';
import { parentLine, portLine } from '../process/lines.ts';
import { endNow } from '../process/parent-gone.ts';
import { Peer } from '../process/peer.ts';
import { WORKER_THREAD } from './contract.ts';
import type {
  FileKeyKind,
  GatewayControlMethods,
  GatewayCounts,
  GatewayMethods,
  GatewayStart,
  Ports,
  WorkerControlMethods,
  WorkerMethods,
} from './contract.ts';
import { MemoryDirectory, writeFlags } from './directory.ts';
import { KeyStock } from './key-stock.ts';
import { newestWritten, openWindowHost, readWindows, windowLayouts, windowsKept, windowsSince } from './window-host.ts';
import type { LeftWindows, WindowHost } from './window-host.ts';
import { joinPaces } from './visible-pace.ts';

/** The gateway process: the main thread keeps the device table and the hub of sessions, workers do the rest. */

/** Bytes of the records of devices and streams; they are touched, and so take memory, only as devices send. */
const RECORD_BYTES = 512 * 1_048_576;
/** Streams that a template may have, with the platform's own: a word each in the row of a device. */
const MOST_STREAMS = TEMPLATE_BOUNDS.streams + TEMPLATE_BOUNDS.systemStreams;
const KEY_BATCH = 16;
const HUB_SWEEP_MS = 1_000;
const PARKED_PER_DEVICE = 16;
const ORDER_AGAIN_MS = 1_000;
const WINDOWS_EVERY_MS = 500;
/** Keys of files of windows at which more are asked for. */
const WINDOW_KEYS = 4;

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
/** Opened once a stream needs it, or an earlier start left windows open. */
let windows: Promise<WindowHost> | null = null;
let windowKeys: KeyStock | null = null;
let openWindows: () => Promise<WindowHost> = () => Promise.reject(new TypeError('the gateway has not started'));
/** From when on streams take readings for the windows that are in force. */
let since: ReadonlyMap<string, number> = new Map();
let subjectKey: Uint8Array | null = null;
let windowTimer: NodeJS.Timeout | null = null;
const clones = new CloneWatch(systemClock, (device) => {
  const type = directory?.find(device)?.type ?? '';
  return inForce?.devices.get(type)?.clones ?? 'alert';
});

const offered: GatewayMethods = {
  start: (begin) => start(begin),
  template: async (update) => {
    const before = inForce === null ? [] : windowLayouts(inForce, since);
    inForce = templateFromJson(update.form);
    const open = windows === null ? [] : (await windows).keeper.layouts();
    useWindowsOf(inForce, [...before, ...open]);
    if (windowLayouts(inForce, since).length > 0) await openWindows();
    await Promise.all(workers.map((worker) => worker.call('template', { ...update, windowsSince: since })));
    await (await windows)?.keeper.retire(windowLayouts(inForce, since));
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
    if (subjectKey !== null) await (await windows)?.keeper.forget(windowsKept(refused, subjectKey));
  },
  turnFiles: async () => {
    await Promise.all(workers.map((worker) => worker.call('turnFiles', null)));
    await (await windows)?.keeper.turn();
  },
  hold: (held) => {
    for (const worker of workers) worker.tell('hold', held);
  },
  vaultRoom: (values) => {
    for (const worker of workers) worker.tell('vaultRoom', values);
  },
  progress: (progress) => {
    for (const worker of workers) worker.tell('progress', progress);
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
  own: async (ends) => (await Promise.all(workers.map((worker) => worker.call('own', ends)))).includes(true),
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
  subjectKey = begin.subjectKey;
  const ring = journalKeys();
  // What the journal says of windows that are written counts before what was left of those that were open.
  const sessions = recoverSessions(await rebuild(begin.journal, ring, template, table, directory));
  const left = await readWindows(begin.windows, ring, (damage) => {
    log.error(damage, 'a file of open windows cannot be read: nothing from there to its end is');
    control.tell('windowsLost', damage);
  });
  for (const record of left.others) if (record.kind === 'windows') restoreWindows(table, record.snapshot);
  for (const seqs of left.seqs) restoreSeqs(table, directory, seqs);
  useWindowsOf(
    template,
    left.states.map(({ layout }) => layout),
  );
  openWindows = () => (windows ??= startWindows(begin.windows, left));
  if (left.files.length > 0 || windowLayouts(template, since).length > 0) await openWindows();
  const sweeping = hub;
  setInterval(() => {
    sweeping.sweep();
    for (const event of clones.sweep()) answerClone(event);
  }, HUB_SWEEP_MS).unref();
  const ports = await startWorkers(begin, sessions);
  await (await windows)?.keeper.retire(windowLayouts(template, since));
  windowTimer = setInterval(() => void windows?.then(({ keeper }) => keeper.close()), WINDOWS_EVERY_MS).unref();
  return ports;
}

function useWindowsOf(template: Template, before: readonly WindowLayout[]): void {
  since = windowsSince(template, before, systemClock.now(), (stream) => newestWritten(table as DeviceTable, stream));
}

async function startWindows(folder: string, left: LeftWindows): Promise<WindowHost> {
  const known = table as DeviceTable;
  let ordered = false;
  const order = async (): Promise<void> => {
    if (ordered) return;
    ordered = true;
    try {
      keys.add(await control.call('fileKeys', { kind: 'windows', count: KEY_BATCH }));
    } catch (error) {
      log.error({ error: String(error) }, 'no keys for the files of windows could be had, asking again');
      setTimeout(() => void order(), ORDER_AGAIN_MS).unref();
    } finally {
      ordered = false;
    }
  };
  const keys = new KeyStock(WINDOW_KEYS, () => void order());
  windowKeys = keys;
  await order();
  return openWindowHost(
    {
      folder,
      start: makeId(systemClock, systemRandom),
      keys,
      ring: journalKeys(),
      forget: (files) => control.call('unusedFileKeys', files),
      opening: () => windowRecords(snapshotWindows(known)),
      write: async (closed, at) => workers[0]?.call('writeWindows', { windows: closed, at }),
      clock: systemClock,
      log,
    },
    left,
  );
}

function restoreSeqs(
  into: DeviceTable,
  devices: MemoryDirectory,
  { stream, devices: names, seqs, hashes }: SeenSeqs,
): void {
  const column = into.streamIndex(stream);
  for (const [i, name] of names.entries()) {
    const device = devices.find(name)?.index;
    const record = device === undefined || column === -1 ? -1 : into.record(device, column);
    if (record === -1) continue;
    into.lock(record);
    if (into.judgeSeq(record, seqs[i]!, hashes[i]!, 0) === SEQ.fresh) into.recordSeq(record, seqs[i]!, hashes[i]!, 0);
    into.unlock(record);
  }
}

function journalKeys() {
  return {
    key: async (fileId: string) => {
      const raw = await control.call('journalKey', fileId);
      return raw === null ? null : AeadKey.fromBytes(raw);
    },
  };
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
  keys: JournalKeyRing,
  template: Template,
  into: DeviceTable,
  devices: MemoryDirectory,
): Promise<readonly SessionEvent[]> {
  const options = {
    directory: folder,
    // The store reports damage; what other files say can be learnt all the same.
    onDamaged: (damage: JournalDamage) => log.warn(damage, 'a journal file is damaged'),
    keys,
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
      if (record.kind === 'batch') {
        const { batch } = record;
        // The `seq` of a window's row is not one that a device counts.
        const isWindows = template.streams.get(batch.stream)?.aggregate !== undefined;
        rebuildFromBatch(into, isWindows ? { ...batch, stream: windowRecord(batch.stream) } : batch, context);
      } else if (record.kind === 'windows') restoreWindows(into, record.snapshot);
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
      windowsSince: since,
    });
  }
  return ports;
}

/** A worker thread that waits for its start, and this side of its channel to the hub. */
function launchWorker(): { readonly thread: Worker; readonly port: MessagePort } {
  const { port1: port, port2: hubPort } = new MessageChannel();
  const thread = new Worker(new URL('worker.ts', import.meta.url), {
    name: WORKER_THREAD,
    workerData: { hubPort },
    transferList: [hubPort],
  });
  return { thread, port };
}

function offeredToWorkers(worker: () => Peer<WorkerMethods>): WorkerControlMethods {
  const ordered = new Set<string>();
  const order = async (kind: FileKeyKind): Promise<void> => {
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
    windows: async (group) => (await openWindows()).keeper.take(group),
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
    sessions: (report) => control.tell('sessions', report),
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
    pace: joinPaces(counts.map(({ pace }) => pace)),
  };
}

async function drain(): Promise<void> {
  if (windowTimer !== null) clearInterval(windowTimer);
  await (await windows)?.keeper.drain();
  const unused = await Promise.all(workers.map((worker) => worker.call('drain', null)));
  await (await windows)?.keeper.drain();
  await (await windows)?.close();
  const ids = [...unused.flat(), ...(windowKeys?.giveUp() ?? [])];
  await control.call('unusedFileKeys', ids).catch((error: unknown) => {
    log.warn({ error: String(error) }, 'unused keys of files could not be given back');
  });
}

const control = new Peer<GatewayControlMethods>(parentLine(), offered);
control.onClose(endNow);
process.once('SIGTERM', () => void drain().finally(() => process.exit(0)));
leaveTerminalSignals();
