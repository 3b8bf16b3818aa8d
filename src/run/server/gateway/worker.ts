import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { CONNECTIONS_STREAM, PROBE_DEVICE, systemClock, TRIAL_CONNECTIONS } from '#base/core/index.ts';
import type { Span } from '#base/core/index.ts';
import { systemRandom, TokenKey } from '#base/crypto/index.ts';
import { templateFromJson } from '#declare/template/index.ts';
import type { Limits } from '#declare/template/index.ts';
import { ConnectionCount, SessionLedger, startGatewayWorker, summaryMembers } from '#flow/gateway/index.ts';
import type { FromHub, GatewayWorker, ToHub } from '#flow/gateway/index.ts';
import { ImportGrants, Ingest, QuarantineWriter, quarantineShare, REASON, VaultWriter } from '#flow/ingest/index.ts';
import type { VaultKey } from '#flow/ingest/index.ts';
import { FileJournalWriter, nodeFiles, sessionRecords, windowRecords } from '#flow/journal/index.ts';
import { ConsentLookup, ConsentTable } from '#trust/consent/index.ts';
import { DeviceTable, makeCertificateChecker, RevokedSet, snapshotWindows } from '#trust/identity/index.ts';
import { makeLog } from '../log.ts';
import { MemoryMetrics } from '../metrics.ts';
import { portLine } from '../process/lines.ts';
import { Peer } from '../process/peer.ts';
import type { WorkerControlMethods, WorkerMethods, WorkerStart } from './contract.ts';
import { countedIngest, refusedByWord, takeRefused } from './counted-ingest.ts';
import { MemoryDirectory } from './directory.ts';
import { noteSessions } from './device-sessions.ts';
import type { DeviceSessions } from './device-sessions.ts';
import { KeyStock } from './key-stock.ts';
import { publishGuard } from './publish-guard.ts';
import { VisiblePace } from './visible-pace.ts';
import { openTokenKeys } from './token-keys.ts';

/** A worker thread of the gateway: its own listeners, sessions, ingest and journal; the device table is shared. */

const JOURNAL_BYTES = 64 * 1_048_576;
const JOURNAL_AGE_MS = 60_000;
const QUARANTINE_BYTES = 16 * 1_048_576;
const QUARANTINE_AGE_MS = 24 * 3_600_000;
const LOW_STOCK = 4;
/** How often the pace is set, beside whenever the store tells of itself. */
const PACE_EVERY_MS = 50;
/** The store is woken at most so often. */
const COMMIT_NOTICE_MS = 50;

interface Running {
  readonly deployment: string;
  readonly gateway: GatewayWorker;
  readonly ingest: Ingest;
  readonly grants: ImportGrants;
  readonly directory: MemoryDirectory;
  readonly table: DeviceTable;
  readonly consents: ConsentLookup;
  readonly quarantine: QuarantineWriter;
  readonly journals: readonly FileJournalWriter[];
}

const log = makeLog('gateway');
const metrics = new MemoryMetrics();
const pace = new VisiblePace(systemClock);
const byReason = new Float64Array(256);
const refused = new Map<string, number>();
const stocks = {
  journal: new KeyStock(LOW_STOCK, () => main.tell('moreKeys', { kind: 'journal' })),
  quarantine: new KeyStock(LOW_STOCK, () => main.tell('moreKeys', { kind: 'quarantine' })),
};
let running: Running | null = null;
/** Of the template in force. */
let limits: Limits;
let vault: { readonly version: number; readonly writer: VaultWriter } | null = null;

async function start(begin: WorkerStart): Promise<GatewayWorker['ports']> {
  const { gateway: given, worker, start: startId } = begin;
  stocks.journal.add(begin.journalKeys);
  stocks.quarantine.add(begin.quarantineKeys);
  const template = { ...templateFromJson(given.template) };
  limits = template.limits;
  const { address } = template.listen;
  template.listen = { address, ...given.ports };
  const table = DeviceTable.attach(begin.table);
  const directory = new MemoryDirectory(given.directory);
  const ledger = new SessionLedger(begin.sessions);
  const common = { worker, start: startId, clock: systemClock, files: nodeFiles } as const;
  const journal = await FileJournalWriter.open({
    ...common,
    directory: `${given.journal}/w${worker}`,
    keys: stocks.journal,
    maxBytes: JOURNAL_BYTES,
    maxAgeMs: JOURNAL_AGE_MS,
    opening: () => [...windowRecords(snapshotWindows(table)), ...sessionRecords(ledger.events())],
  });
  const quarantineJournal = await FileJournalWriter.open({
    ...common,
    kind: 'quarantine',
    directory: `${given.quarantine}/w${worker}`,
    keys: stocks.quarantine,
    maxBytes: QUARANTINE_BYTES,
    maxAgeMs: QUARANTINE_AGE_MS,
  });
  const quarantine = new QuarantineWriter({
    journal: quarantineJournal,
    perDevice: () => quarantineShare(limits.quarantineBytes, limits.quarantineAge, directory.size, given.workers),
    now: () => systemClock.now(),
    onLost: (readings, error) =>
      log.warn({ readings, error: (error as Error).message }, 'refused readings could not be set aside'),
  });
  const grants = new ImportGrants(given.grants);
  const consents = new ConsentLookup(ConsentTable.attach(begin.consentTable), begin.consents);
  const ingest = new Ingest({
    template,
    journal: noticing(journal),
    pace: pace.commits,
    table,
    worker,
    digestKey: given.digestKey,
    tokenKeys: openTokenKeys(given.tokenKeys),
    vault: vaultWriterOf(given.vaultKey),
    closed: new Set(given.closed),
    quarantine,
    subjectKey: TokenKey.fromBytes(given.subjectKey, 1),
    refusedSubjects: given.refusedSubjects,
    grants,
    consents,
    windows: (group) => main.call('windows', group),
    windowsSince: begin.windowsSince,
    findDevice: (name) => directory.find(name),
    mayPublish: publishGuard(template, (name) => directory.find(name), systemClock),
    interleaved: (device) => main.tell('interleaved', device),
  });
  ingest.vaultRoom = given.vaultRoom;
  const lastSeen = new Float64Array(table.size.devices);
  const addresses: string[] = [];
  let spans: Span[] = [];
  let sessions: DeviceSessions[] = [];
  const gateway = await startGatewayWorker({
    clock: systemClock,
    random: systemRandom,
    log,
    metrics,
    template,
    tls: given.tls,
    certificates: makeCertificateChecker(given.directory.deployment, given.trust),
    devices: directory,
    table,
    revoked: RevokedSet.attach(begin.revoked),
    ingest: countedIngest(ingest, ledger, { byReason, lastSeen, refused }),
    hub: portLine(hubPort) as {
      post(message: ToHub): void;
      listen(onMessage: (message: FromHub) => void, onClose: () => void): void;
    },
    connections: new ConnectionCount(begin.connections),
    controlSocket: given.controlSocket,
    longRoutes: given.longRoutes,
    arrived: (sighting) => main.tell('arrived', sighting),
    visited: (sighting) => main.tell('visited', sighting),
    left: (id) => main.tell('left', id),
    heard: (device, address) => {
      if (address !== undefined) addresses[device] = address;
    },
    connected: (summary) => {
      const { device, at } = summary;
      const stream = device.type === PROBE_DEVICE ? TRIAL_CONNECTIONS : CONNECTIONS_STREAM;
      ingest.recordOwn(stream, device, summaryMembers(summary), at);
      void ingest.durable().catch(() => {});
      noteSessions(sessions, summary);
    },
    refused: (counts) => main.tell('refused', counts),
    traced: (span) => void (spans.length < MOST_SPANS && spans.push(span)),
    sharedPorts: begin.sharedPorts,
  });
  setInterval(() => pace.look(), PACE_EVERY_MS).unref();
  setInterval(() => reportSeen(directory, lastSeen, addresses), SEEN_EVERY_MS).unref();
  setInterval(() => {
    const readings = takeRefused({ byReason, lastSeen, refused }, (name) => ingest.isStream(name));
    if (readings.length > 0) main.tell('refusedReadings', readings);
    const made = [...ingest.takeNewTokens()];
    if (made.length > 0) main.tell('newTokens', made);
    const left = ingest.takeLeftOut();
    if (left.length > 0) main.tell('leftOut', left);
    if (sessions.length > 0) main.tell('sessions', sessions);
    sessions = [];
  }, REFUSED_EVERY_MS).unref();
  setInterval(() => {
    if (spans.length > 0) main.tell('traced', spans);
    spans = [];
  }, SPANS_EVERY_MS).unref();
  running = {
    deployment: given.directory.deployment,
    gateway,
    ingest,
    grants,
    directory,
    table,
    consents,
    quarantine,
    journals: [journal, quarantineJournal],
  };
  return gateway.ports;
}

/** One writer for each version of the key: it counts its nonces. */
function vaultWriterOf(key: VaultKey | null): VaultWriter | null {
  if (key === null) return null;
  if (vault?.version !== key.version) vault = { version: key.version, writer: new VaultWriter(key, systemRandom) };
  return vault.writer;
}

const SPANS_EVERY_MS = 500;
/** Steps of requests between two tellings; what is more is not told. */
const MOST_SPANS = 1_024;
const SEEN_EVERY_MS = 5_000;
const REFUSED_EVERY_MS = 1_000;

/** Tells the main thread when devices were heard, then forgets it. */
function reportSeen(directory: MemoryDirectory, lastSeen: Float64Array, addresses: readonly string[]): void {
  const times: [string, number, string | null][] = [];
  // As long as the table, which has room for as many devices as the template allows: what walks it holds up every reading meanwhile.
  for (let index = 0; index < directory.indices; index += 1) {
    const at = lastSeen[index] ?? 0;
    if (at === 0) continue;
    lastSeen[index] = 0;
    const name = directory.nameOf(index);
    if (name !== null) times.push([name, at, addresses[index] ?? null]);
  }
  if (times.length > 0) main.tell('seen', times);
}

/** A journal that tells the main thread, now and then, that something became durable. */
function noticing(journal: FileJournalWriter): Pick<FileJournalWriter, 'append' | 'close'> {
  let told = -Infinity;
  let timer: NodeJS.Timeout | null = null;
  const tell = (): void => {
    timer = null;
    told = performance.now();
    main.tell('committed', null);
  };
  return {
    append: async (records) => {
      const position = await journal.append(records);
      pace.committed(records, position);
      timer ??= setTimeout(tell, Math.max(0, told + COMMIT_NOTICE_MS - performance.now()));
      return position;
    },
    close: () => journal.close(),
  };
}

const offered: WorkerMethods = {
  start,
  template: ({ form, closed, tokenKeys, vaultKey, windowsSince }) => {
    const template = templateFromJson(form);
    running?.ingest.useTemplate(template, {
      closed: new Set(closed),
      mayPublish: publishGuard(template, (name) => running?.directory.find(name) ?? null, systemClock),
      tokenKeys: openTokenKeys(tokenKeys),
      vault: vaultWriterOf(vaultKey),
      windowsSince,
    });
    running?.gateway.useTemplate(template);
    limits = template.limits;
  },
  writeWindows: async ({ windows, at }) => running?.ingest.writeWindows(windows, at),
  devices: (changes) => {
    for (const change of changes) running?.directory.change(change);
    running?.gateway.devicesChanged();
    running?.gateway.flagsChanged(changes.map(({ device }) => device.index));
  },
  consents: (snapshot) => running?.consents.note(snapshot),
  agreed: ({ stream, subject }) => (running?.consents.of(stream).standing(subject, systemClock.now()) ?? 0) !== 0,
  own: (ends) => running?.gateway.own(ends) === true,
  end: (ids) => running?.gateway.end(ids),
  shut: ({ serial, addresses }) => running?.gateway.shut(serial, addresses),
  renew: (tls) => running?.gateway.renew(tls),
  trust: (trust) => running?.gateway.useCertificates(makeCertificateChecker(running.deployment, trust)),
  keys: ({ kind, keys }) => {
    if (kind !== 'windows') stocks[kind].add(keys);
  },
  counts: () => ({
    connections: running?.gateway.counts().mqtt ?? 0,
    admitted: byReason[REASON.admitted.number] ?? 0,
    duplicates: byReason[REASON.duplicate.number] ?? 0,
    dropped: running?.ingest.undeclared ?? 0,
    refused: refusedByWord(byReason),
    refusedConnections: metrics.by('gateway_refused', 'reason'),
    agreements: running?.gateway.counts().agreements ?? {},
    pace: pace.state,
  }),
  grantImport: (grant) => running?.grants.open(grant, systemClock.now()),
  refuseSubjects: (refused) => running?.ingest.refuseSubjects(refused),
  turnFiles: async () => {
    if (running === null) return;
    await running.ingest.durable();
    await running.quarantine.flush();
    for (const journal of running.journals) await journal.turn();
  },
  hold: (held) => running?.ingest.hold(held),
  progress: (progress) => pace.progressed(progress),
  vaultRoom: (values) => {
    if (running !== null) running.ingest.vaultRoom = values;
  },
  drain: async () => {
    if (running === null) return [];
    const { gateway, ingest, quarantine, journals } = running;
    await gateway.drain();
    await ingest.drain();
    await quarantine[Symbol.asyncDispose]();
    for (const journal of journals) await journal.close();
    await gateway[Symbol.asyncDispose]();
    return [...stocks.journal.giveUp(), ...stocks.quarantine.giveUp()];
  },
};

const { hubPort } = workerData as { hubPort: MessagePort };
if (parentPort === null) throw new TypeError('this file runs as a worker thread');
const main = new Peer<WorkerControlMethods>(portLine(parentPort), offered);
