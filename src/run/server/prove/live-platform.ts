import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  formatMicros,
  micros,
  parseRfc3339,
  PROBE_DEVICE,
  PROBE_STREAM,
  toHex,
  TRIAL_WINDOWS,
} from '#base/core/index.ts';
import type { Clock, Json, Random } from '#base/core/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { CONTROLS } from '#assure/controls/index.ts';
import type { ProcessingRecord } from '#assure/privacy/index.ts';
import type {
  ApiAnswer,
  ConnectOutcome,
  CredentialKind,
  DeclaredStream,
  HandshakeOutcome,
  AdviceTrial,
  InventoryTrial,
  KnownKey,
  ListeningPort,
  LogCheck,
  Pace,
  ProbeCaller,
  ProbePlatform,
  ProgramCredentialKind,
  PublishOutcome,
  CloneTrial,
  CommandTrial,
  ConditionTrial,
  ChannelTrial,
  FlowTrial,
  AttackTrial,
  KindsTrial,
  SensorTrial,
  ConnectionTrial,
  StrangerTrial,
  TamperTrial,
  TiersTrial,
  DriftTrial,
  WatchTrial,
  ConsentTrial,
  ArchiveTrial,
  LetGoTrial,
  RotateTrial,
  BackupTrial,
  RegionTrial,
  ClassTrial,
  FleetSumTrial,
  HashingTrial,
  PrivacyTrial,
  CorrectionTrial,
  RightsTrial,
  SynthesisTrial,
  LiveWindowTrial,
  WindowTrial,
  RevokeTrial,
  KeySearch,
  SearchOutcome,
  TlsListener,
  TlsOffer,
  SignatureTrial,
  TracedAnswers,
  TamperOutcome,
} from '#assure/controls/index.ts';
import { DETECTOR_KINDS, unenforcedOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { handlesOf } from '#flow/store/index.ts';
import type { Segment } from '#flow/store/index.ts';
import { parseVerifierKey } from '#trust/audit/index.ts';
import type { AuditLog } from '#trust/audit/index.ts';
import type { Identity } from '#trust/identity/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { logBetween } from '../api/log-between.ts';
import type { AuditReader } from '../api/services.ts';
import type { CryptoInventory } from '../crypto/crypto-inventory.ts';
import type { DataDirectory } from '../data-directory.ts';
import type { PlatformAddress, PlatformStatus } from '../platform-status.ts';
import { checkLog } from './check-log.ts';
import { findEntry } from './find-entry.ts';
import type { dialOwn } from './dial-own.ts';
import { letGo } from './let-go.ts';
import type { LetGoParts } from './let-go.ts';
import { listeningPorts } from './listening-ports.ts';
import { byteForms } from './needle-forms.ts';
import { openToOthers } from './open-to-others.ts';
import { logEvent, planWatch } from '#watch/detect/index.ts';
import type { LogEvent } from '#watch/detect/index.ts';
import { cloneOwn } from './clone-own.ts';
import { tamperOwn } from './tamper-own.ts';
import { tryChannels } from './trials/try-channels.ts';
import { tryCommands } from './trials/try-commands.ts';
import { tryFlows } from './trials/try-flows.ts';
import { tryAttack } from './trials/try-attack.ts';
import { tryKinds } from './trials/try-kinds.ts';
import { trySensors } from './trials/try-sensors.ts';
import { tryConnections } from './trials/try-connections.ts';
import { tryStranger } from './trials/try-stranger.ts';
import { tryConditions } from './trials/try-conditions.ts';
import { traceOwn } from './trace-own.ts';
import { driftOwn } from './drift-own.ts';
import { watchOwn } from './watch-own.ts';
import { windowOwn } from './window-own.ts';
import type { WatchParts } from './watch-own.ts';
import type { TrialParts } from './trials/trial-run.ts';
import { ANSWER_MS, ProberDoor } from './prober-door.ts';
import { ProberSearch } from './prober-search.ts';
import { revokeOwn } from './revoke-own.ts';
import { rotateOwn } from './rotate-own.ts';
import { PROVER } from './run-credentials.ts';
import { tamperWith } from './tamper-segment.ts';
import type { TokenBucket } from './token-bucket.ts';
import { tryAdvice } from './try-advice.ts';
import { platformParts, tryClasses } from './try-classes.ts';
import type { ClassParts } from './try-classes.ts';
import { tryCorrections } from './try-corrections.ts';
import { tryWindows } from './try-windows.ts';
import { trySynthesis } from './try-synthesis.ts';
import { tryFleetSum } from './try-fleet-sum.ts';
import { tryHashing } from './try-hashing.ts';
import { trySignatures } from './try-signatures.ts';
import { tryAgreements } from './try-agreements.ts';
import { tryHandshake } from './try-handshake.ts';

/** What a run reaches of the platform beside its listeners. */
export interface LiveParts {
  readonly layout: DataDirectory;
  readonly auditLog: AuditLog;
  readonly auditReader: AuditReader;
  readonly identity: Identity;
  readonly keys: KeyRing;
  readonly segments: LetGoParts['segments'];
  readonly retention: LetGoParts['retention'];
  /** Looks at the places of backups. */
  readonly backupTrial: () => Promise<readonly BackupTrial[]>;
  /** Looks at the places that segments are archived in. */
  readonly archiveTrial: () => Promise<readonly ArchiveTrial[]>;
  readonly regionTrial: () => Promise<RegionTrial>;
  /** Gives and withdraws consents of nobody. */
  readonly consentTrial: (actor: string) => Promise<readonly ConsentTrial[]>;
  readonly rights: { trial(): Promise<RightsTrial> };
  readonly processingRecord: () => Promise<ProcessingRecord>;
  /** Asks private views what they must not answer. */
  readonly privacyTrial: (actor: string) => Promise<readonly PrivacyTrial[]>;
  readonly alerts: WatchParts['alerts'];
  readonly alertRules: WatchParts['rules'];
  readonly baseline: WatchParts['baseline'];
  readonly forgetWatched: TrialParts['forget'];
  readonly flushWatch: TrialParts['flush'];
  readonly template: () => Template;
  readonly cryptoInventory: () => Promise<CryptoInventory>;
  readonly clock: Clock;
  readonly random: Random;
  readonly address: () => PlatformAddress;
  /** What statements may name under a template. */
  readonly relationsOf: ClassParts['relationsOf'];
  /** Makes a connection known to the gateway as the platform's own. */
  readonly ownConnection: Parameters<typeof dialOwn>[0];
  readonly status: () => Promise<PlatformStatus>;
  /** Seals what the store has read of the journal. */
  readonly seal: () => Promise<void>;
}

const SEALED_WITHIN_MS = 5_000;
const CLONE_GRACE_MS = 3_500;
/** 2001-09-09, in epoch microseconds. */
const LONG_AGO = 1_000_000_000_000_000;
const PATIENCE_MS = 5_000;
const TOLD_WITHIN_MS = 15_000;
/** An alert of the prober's stream is over after two seconds. */
const APART_MS = 2_500;

const NOTHING_FOUND: SearchOutcome = { files: 0, bytes: 0, older: 0, unreadable: 0, hits: [] };

/** The running platform as probes try it: by its own listeners where that is possible, else by its files. */
export class LivePlatform implements ProbePlatform {
  readonly patienceMs = PATIENCE_MS;
  readonly #parts: LiveParts;
  readonly #door: ProberDoor;
  readonly #files: ProberSearch;
  #watched: Promise<WatchTrial> | null = null;

  private constructor(parts: LiveParts, door: ProberDoor) {
    // Where rules alone watch the log, no readings are watched, and the prober's are not either.
    const baseline: LiveParts['baseline'] = async (device) =>
      parts.template().detect.size === 0 ? null : parts.baseline(device);
    this.#parts = { ...parts, baseline };
    this.#door = door;
    this.#files = new ProberSearch(parts.layout, parts.random);
  }

  /**
   * Makes the credentials of a run and waits until the gateway knows them.
   *
   * @param bucket keeps within the rate of the stream `_probe`, over runs
   */
  static async open(parts: LiveParts, bucket: TokenBucket): Promise<LivePlatform> {
    return new LivePlatform(parts, await ProberDoor.open(parts, bucket));
  }

  connect(kind: CredentialKind): Promise<ConnectOutcome> {
    return this.#door.connect(kind);
  }

  revokeOwn(): Promise<RevokeTrial> {
    const { identity, address } = this.#parts;
    const since = this.now();
    const logged = (): Promise<boolean> => this.logged('connect', 'listener:mqtt', since, 'revoked');
    return revokeOwn({
      identity,
      address,
      open: (credential) => this.#door.open(credential),
      other: this.#door.device,
      // Refused connections are summed up once a second.
      logged: () => within(PATIENCE_MS, logged),
      timeoutMs: ANSWER_MS,
      dial: this.#door.dial,
    });
  }

  connectWithTls(offer: TlsOffer, listener: TlsListener): Promise<HandshakeOutcome> {
    return tryHandshake(this.#door.place(listener), offer);
  }

  async inventoryTrial(): Promise<InventoryTrial> {
    const { cryptoInventory } = this.#parts;
    const handshakes = await tryAgreements(this.#door.place('mqtt'));
    const { tls, certificates, algorithms } = await cryptoInventory();
    return {
      inventory: {
        suites: tls.suites,
        groups: tls.groups,
        certificates: certificates.map(({ fingerprint }) => fingerprint),
        algorithms: algorithms.length,
        undated: algorithms.filter((one) => !one.quantumSafe && one.disallowedAfter === null).length,
      },
      handshakes,
    };
  }

  publish(topic: string, payloads: readonly string[], pace: Pace = 'polite'): Promise<readonly PublishOutcome[]> {
    return this.#door.publish(topic, payloads, pace);
  }

  call(method: string, path: string, body: Json | null, as: ProbeCaller): Promise<ApiAnswer> {
    return this.#door.call(method, path, body, as);
  }

  showCredential(kind: ProgramCredentialKind, path: string): Promise<ApiAnswer> {
    return this.#door.showCredential(kind, path);
  }

  async traceAnswers(): Promise<TracedAnswers> {
    await this.seal();
    const keys = this.#parts.auditLog.verifierKeys.map((key) => parseVerifierKey(key));
    return traceOwn((method, path, body) => this.call(method, path, body, 'prober'), keys);
  }

  async query(sql: string): Promise<ApiAnswer> {
    const { status, body } = await this.call('POST', '/v1/query', { sql }, 'prober');
    const rows = typeof body === 'object' && body !== null && 'rows' in body ? body['rows'] : body;
    return { status, body: rows ?? null };
  }

  async signatures(): Promise<SignatureTrial | null> {
    const { layout, template } = this.#parts;
    if (template().api?.signatures.includes('administer') !== true) return null;
    // The prober's own credential is a token, which signs nothing.
    const key = await readFile(join(layout.operator, 'operator.key'), 'utf8');
    const certificate = await readFile(join(layout.operator, 'operator.crt'), 'utf8');
    return trySignatures({
      ...this.#door.place('https', '/v1/status'),
      method: 'GET',
      credential: { key, certificate },
    });
  }

  async seal(): Promise<void> {
    const { seal } = this.#parts;
    const before = new Set((await this.#segments()).map(({ id }) => id));
    const deadline = performance.now() + SEALED_WITHIN_MS;
    // What was acknowledged a moment ago may not have reached the store yet.
    for (;;) {
      await seal();
      if ((await this.#segments()).some(({ id }) => !before.has(id)) || performance.now() > deadline) return;
      await sleep(50);
    }
  }

  async search(needle: string, signal: AbortSignal): Promise<SearchOutcome> {
    return this.#files.find(needle, signal);
  }

  async searchKeys(signal: AbortSignal): Promise<KeySearch> {
    const { keys, layout } = this.#parts;
    const segment = await this.#newestSegment();
    if (segment === undefined) return { ...NOTHING_FOUND, keys: 0, custody: keys.custody.kind, open: [] };
    const use = { actor: PROVER, resource: `segment:${segment.id}` };
    const opened = [...(await keys.unwrapDataKeys(use, handlesOf(segment))).values()];
    const forms = opened.flatMap((key) => byteForms(key.exportBytes()));
    // Keys are made ahead, since the start at the earliest.
    const startedMs = Date.now() - process.uptime() * 1_000;
    const found = await this.#files.findBytes(forms, startedMs, signal);
    const open = await openToOthers([layout.keys, layout.operator], layout.root);
    return { ...found, keys: opened.length, custody: keys.custody.kind, open };
  }

  async tamperWithSegment(): Promise<TamperOutcome> {
    const { layout, keys } = this.#parts;
    const segment = await this.#newestSegment();
    if (segment === undefined) return { segment: '', opens: false, tried: 0, unnoticed: 0, reasons: [] };
    const use = { actor: PROVER, resource: `segment:${segment.id}` };
    const opened = await keys.unwrapDataKeys(use, handlesOf(segment));
    return tamperWith(await openDirectoryObjects(layout.objects, { readOnly: true }), segment, opened);
  }

  async verifyLog(signal: AbortSignal): Promise<LogCheck> {
    const { layout, auditLog } = this.#parts;
    await auditLog.flush();
    return checkLog(layout.audit, auditLog.verifierKeys, signal);
  }

  async logged(action: string, resource: string, since: string, reason?: string): Promise<boolean> {
    const { auditLog, auditReader } = this.#parts;
    await auditLog.flush();
    const wanted = {
      action,
      resource,
      since: parseRfc3339(since) ?? micros(0),
      ...(reason === undefined ? {} : { reason }),
    };
    return (
      (await findEntry((from, limit) => auditReader.entries(from, limit), auditLog.checkpoint.size, wanted)) !== null
    );
  }

  async streams(): Promise<readonly DeclaredStream[]> {
    const template = this.#parts.template();
    const unenforced = unenforcedOf(template);
    return [...template.streams.values()]
      .filter(({ name }) => !name.startsWith('_'))
      .map(({ name, acceptUnenforced }) => ({
        name,
        acceptUnenforced,
        unenforced: unenforced.filter(({ streams }) => streams.includes(name)).map(({ id }) => id),
      }));
  }

  keys(): Promise<readonly KnownKey[]> {
    return this.#parts.keys.lifecycle.list();
  }

  async inventory(): Promise<readonly { readonly name: string; readonly index: number }[]> {
    return this.#parts.identity.inventory.live.snapshot().devices.map(({ name, index }) => ({ name, index }));
  }

  /** Tried once for all controls that look at it. */
  watchOwn(): Promise<WatchTrial> {
    const { alerts, alertRules: rules, baseline, forgetWatched: forget, clock } = this.#parts;
    return (this.#watched ??= watchOwn({
      publish: (topic, payloads) => this.publish(topic, payloads),
      alerts,
      rules,
      baseline,
      forget,
      logged: (since) => this.#refusalsSince(since),
      clock,
      within: (ask) => within(TOLD_WITHIN_MS, ask),
      apartMs: APART_MS,
    }));
  }

  /** What the log has of refused readings since some time. */
  async #refusalsSince(since: number): Promise<readonly LogEvent[]> {
    const { auditLog, auditReader, clock } = this.#parts;
    await auditLog.flush();
    const span = [since, clock.now()] as const;
    const { entries } = await logBetween(auditReader, span, ({ event }) => event.action === 'refuse-readings');
    return entries.map(logEvent);
  }

  tamperOwn(): Promise<TamperTrial> {
    const { identity, alerts, baseline, clock } = this.#parts;
    return tamperOwn({
      inventory: identity.inventory,
      alerts,
      watched: async () => (await baseline(PROBE_DEVICE)) !== null,
      publish: (topic, payloads) => this.publish(topic, payloads),
      admitted: async () => {
        return (await this.connect('good')).admitted;
      },
      now: () => this.now(),
      clock,
      told: (device, kind, since) => this.logged('tamper-alert', `device:${device}`, since, kind),
      within: (ask) => within(TOLD_WITHIN_MS, ask),
    });
  }

  driftOwn(): Promise<DriftTrial> {
    const { alerts, baseline, clock } = this.#parts;
    return driftOwn({
      publish: (topic, payloads) => this.publish(topic, payloads),
      alerts,
      baseline,
      clock,
      within: (ask) => within(TOLD_WITHIN_MS, ask),
    });
  }

  conditionTrial(): Promise<ConditionTrial> {
    return tryConditions(this.#trial());
  }

  strangerTrial(): Promise<StrangerTrial> {
    return tryStranger(this.#trial());
  }

  connectionTrial(): Promise<ConnectionTrial> {
    return tryConnections({
      ...this.#trial(),
      connect: async ({ isLost, ...way }, topic, payload) => {
        using client = await this.#door.openAsDevice(way);
        const [outcome] = await client.publish(topic, [payload], ANSWER_MS);
        if (isLost === true) client.drop();
        return outcome!;
      },
      pause: () => sleep(APART_MS),
    });
  }

  sensorTrial(): Promise<SensorTrial> {
    return trySensors(this.#trial());
  }

  commandTrial(): Promise<CommandTrial> {
    return tryCommands(this.#trial());
  }

  kindsTrial(): Promise<KindsTrial> {
    return tryKinds(this.#trial());
  }

  attackTrial(): Promise<AttackTrial> {
    return tryAttack(this.#trial());
  }

  flowTrial(): Promise<FlowTrial> {
    return tryFlows(this.#trial());
  }

  channelTrial(): Promise<ChannelTrial> {
    return tryChannels(this.#trial());
  }

  /** What trials reach that send more than the stream `_probe` takes. */
  #trial(): TrialParts {
    const { alerts, baseline, forgetWatched: forget, flushWatch: flush, clock } = this.#parts;
    return {
      publish: (topic, payloads) => this.#door.publishAtOnce(topic, payloads),
      alerts,
      baseline,
      forget,
      flush,
      clock,
      random: () => this.#uniform(),
      within: (ask) => within(TOLD_WITHIN_MS, ask),
    };
  }

  /** A number from 0 to 1. */
  #uniform(): number {
    return new DataView(this.#parts.random.bytes(4).slice().buffer).getUint32(0) / 2 ** 32;
  }

  async tiers(): Promise<TiersTrial | null> {
    const { watch } = await this.#parts.status();
    if (watch === null || this.#parts.template().detect.size === 0) return null;
    const { devices, tiers, recall, heldBack, windowsShed } = watch;
    const shares = [...planWatch(this.#parts.template()).values()].map((plan) => plan.tiers?.suspicious ?? 0);
    // Detectors of series see every reading by right.
    const shared = tiers.filter(({ name }) => DETECTOR_KINDS[name]?.sees !== 'series');
    return { devices, suspicious: Math.max(...shares), tiers: shared, recall, heldBack, windowsShed };
  }

  cloneOwn(): Promise<CloneTrial> {
    const { identity, address } = this.#parts;
    return cloneOwn({
      identity,
      address,
      credential: this.#door.device,
      open: (credential, localAddress) =>
        this.#door.open(credential, localAddress === undefined ? {} : { localAddress }),
      publish: (topic, payloads) => this.publish(topic, payloads),
      now: () => this.now(),
      told: (device, why, since) => this.logged('clone-alert', `device:${device}`, since, why),
      within: (ask) => within(PATIENCE_MS, ask),
      graceMs: CLONE_GRACE_MS,
      timeoutMs: ANSWER_MS,
      dial: this.#door.dial,
    });
  }

  async adviceTrial(): Promise<readonly AdviceTrial[]> {
    return tryAdvice(this.#parts.template(), this.#parts.clock.now());
  }

  async profiles(): Promise<readonly { readonly name: string; readonly endsIn: number | null }[]> {
    const devices = await this.#parts.identity.inventory.list();
    return devices.map(({ name, profile }) => ({ name, endsIn: profile?.endsIn ?? null }));
  }

  async enrolUnsupported(): Promise<{ name: string; code: string; message: string }> {
    const { identity, random, template } = this.#parts;
    const name = `probe-unsupported-${toHex(random.bytes(4))}`;
    const type = [...template().devices.keys()].find((one) => !one.startsWith('_')) ?? '';
    try {
      await identity.inventory.enrol({ name, type, profile: { supportEnds: LONG_AGO } }, PROVER);
      // It must not stay: nobody asked for it.
      await identity.revocations.revoke({ kind: 'device', name }, 'cessationOfOperation', PROVER);
      return { name, code: '', message: 'it was enrolled' };
    } catch (error) {
      return { name, code: (error as { code?: string }).code ?? '', message: (error as Error).message };
    }
  }

  controls(): readonly { readonly id: string; readonly requirements: readonly string[]; readonly last: boolean }[] {
    return CONTROLS.map(({ id, requirements, last }) => ({ id, requirements, last: last === true }));
  }

  listening(): Promise<readonly ListeningPort[] | null> {
    return listeningPorts(process.pid);
  }

  rotateOwn(): Promise<RotateTrial> {
    const { keys, clock } = this.#parts;
    const since = this.now();
    const resource = `keys:stream:${PROBE_STREAM}`;
    return rotateOwn({
      lifecycle: keys.lifecycle,
      clock,
      actor: PROVER,
      keep: async () => {
        const canary = this.canary();
        await this.publish(`streams/${PROBE_STREAM}`, [JSON.stringify({ canary, n: 1 })]);
        await this.seal();
        return () => within(SEALED_WITHIN_MS, () => this.#hasReading(canary));
      },
      logged: (action) => within(PATIENCE_MS, () => this.logged(action, resource, since)),
    });
  }

  async #hasReading(canary: string): Promise<boolean> {
    const { body } = await this.query(`select n from ${PROBE_STREAM} where canary = '${canary}'`);
    return Array.isArray(body) && body.length > 0;
  }

  async letGo(): Promise<LetGoTrial> {
    const { segments, retention, clock } = this.#parts;
    const canary = this.canary();
    await this.publish(`streams/${PROBE_STREAM}`, [JSON.stringify({ canary, n: 1 })]);
    const isSeen = async (wanted: boolean): Promise<boolean> =>
      (await within(SEALED_WITHIN_MS, async () => (await this.#hasReading(canary)) === wanted)) === wanted;
    await isSeen(true);
    await this.seal();
    const trial = await letGo({ segments, retention, clock, actor: PROVER, isSeen });
    return { ...trial, archives: await this.#parts.archiveTrial() };
  }

  async classTrial(): Promise<readonly ClassTrial[]> {
    return tryClasses(platformParts(this.#parts.relationsOf));
  }

  regionTrial(): Promise<RegionTrial> {
    return this.#parts.regionTrial();
  }

  backupTrial(): Promise<readonly BackupTrial[]> {
    return this.#parts.backupTrial();
  }

  consentTrial(): Promise<readonly ConsentTrial[]> {
    return this.#parts.consentTrial(PROVER);
  }

  rightsTrial(): Promise<RightsTrial> {
    return this.#parts.rights.trial();
  }

  async correctionTrial(): Promise<CorrectionTrial> {
    const { template, clock } = this.#parts;
    return tryCorrections(template(), clock);
  }

  async recordTrial(): Promise<{ readonly documented: readonly string[]; readonly undocumented: readonly string[] }> {
    const { activities, undocumented } = await this.#parts.processingRecord();
    return {
      documented: activities.map(({ name }) => name),
      undocumented: undocumented.map(({ stream, column }) => `${stream}.${column}`),
    };
  }

  privacyTrial(): Promise<readonly PrivacyTrial[]> {
    return this.#parts.privacyTrial(PROVER);
  }

  hashingTrial(): Promise<HashingTrial> {
    const { keys, random } = this.#parts;
    const { publish } = this.#trial();
    return tryHashing({
      publish,
      query: async (sql, purpose) => {
        const { status, body } = await this.call(
          'POST',
          '/v1/query',
          purpose === null ? { sql } : { sql, purpose },
          'prober',
        );
        const { rows } = (status === 200 ? body : { rows: [] }) as { rows: readonly Readonly<Record<string, Json>>[] };
        return rows;
      },
      maskKey: async () => (await keys.digestKey('mask')).key.exportBytes(),
      purposes: async () => (await this.keys()).filter(({ kind }) => kind === 'digest').map(({ name }) => name),
      random: (bytes) => random.bytes(bytes),
      nowMs: () => Math.floor(this.#parts.clock.now() / 1_000),
      within: (ask) => within(TOLD_WITHIN_MS, ask),
    });
  }

  fleetSumTrial(): Promise<FleetSumTrial> {
    return tryFleetSum();
  }

  windowTrial(): Promise<WindowTrial> {
    return tryWindows(() => this.#uniform());
  }

  windowOwn(signal: AbortSignal): Promise<LiveWindowTrial> {
    const { every } = this.#parts.template().streams.get(TRIAL_WINDOWS)?.aggregate ?? { every: 0 };
    return windowOwn({
      publish: (topic, payloads) => this.#door.publishAtOnce(topic, payloads),
      query: async (sql) => {
        const { body } = await this.query(sql);
        return Array.isArray(body) ? (body as Readonly<Record<string, Json>>[]) : [];
      },
      canary: () => this.canary(),
      search: async (canary) => (await this.search(canary, signal)).hits.length,
      random: () => this.#uniform(),
      nowMs: () => Math.floor(this.#parts.clock.now() / 1_000),
      isOpen: (time, now) => now < time - (time % every) + every,
      within: (ask) => within(TOLD_WITHIN_MS, ask),
    });
  }

  async synthesisTrial(): Promise<SynthesisTrial> {
    return trySynthesis(new DataView(this.#parts.random.bytes(4).slice().buffer).getUint32(0));
  }

  now(): string {
    return formatMicros(this.#parts.clock.now());
  }

  async status(): Promise<Readonly<Record<string, Json>>> {
    return (await this.#parts.status()) as unknown as Readonly<Record<string, Json>>;
  }

  canary(): string {
    return this.#files.canary();
  }

  async #newestSegment(): Promise<Segment | undefined> {
    return (await this.#segments()).toSorted((a, b) => a.created - b.created).at(-1);
  }

  async #segments(): Promise<readonly Segment[]> {
    return (await this.#parts.segments.active()).filter(({ stream }) => stream === PROBE_STREAM);
  }
}

/** Asks until it is so or the time is over. */
async function within(ms: number, ask: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + ms;
  for (;;) {
    if (await ask()) return true;
    if (performance.now() > deadline) return false;
    await sleep(100);
  }
}
