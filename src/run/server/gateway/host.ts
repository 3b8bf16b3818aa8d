import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { AuditSink, Clock, LateAuditSink, Log, Micros, Random, Span } from '#base/core/index.ts';
import { micros, PROBER_ACTOR } from '#base/core/index.ts';
import { templateToJson } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { JournalDamage } from '#flow/journal/index.ts';
import { REFUSED_BY_DEVICE } from '#flow/gateway/index.ts';
import type { ConnectionEnds, RefusalCount, TlsMaterial } from '#flow/gateway/index.ts';
import type { ImportGrant, RefusedSubjects } from '#flow/ingest/index.ts';
import type { StoreProgress } from '#flow/store/index.ts';
import type { ConsentChange, Consents } from '#trust/consent/index.ts';
import type { CheckerTrust, Identity } from '#trust/identity/index.ts';
import type { Custody, KeyRing } from '#trust/keys/index.ts';
import { LONG_ROUTES } from '../api/routes.ts';
import { JournalDamages } from '../control/journal-damages.ts';
import type { DeviceCommand } from '../control/command-box.ts';
import type { CloneBook } from '../control/clone-book.ts';
import type { LeftOutBook } from '../control/left-out-book.ts';
import type { RefusalBook } from '../control/refusal-book.ts';
import { logSessions } from '../control/session-log.ts';
import type { TokenBook } from '../control/token-book.ts';
import { GATEWAY_KEYS } from '../control/key-keeper.ts';
import type { GatewayKey } from '../control/key-keeper.ts';
import { newestKept } from '../control/kept-versions.ts';
import { PACKAGE_ROOT } from '../control/package-files.ts';
import { closedStreams } from '../control/template-service.ts';
import type { DataDirectory } from '../data-directory.ts';
import { logLevel } from '../log.ts';
import { forwardChanges } from './forward-changes.ts';
import { refusalLines } from './refusal-lines.ts';
import { requireFreePorts } from './require-free-ports.ts';
import { ROOM_FOR_READINGS } from './room-for-readings.ts';
import { tokenKeysFor, vaultKeyFor } from './token-keys.ts';
import { NO_PACE } from './visible-pace.ts';
import { keepThreads } from '../process/keep-to-processors.ts';
import { forkProcess, SupervisedProcess } from '../process/supervised-process.ts';
import type { ForkSpec } from '../process/supervised-process.ts';
import { WORKER_THREAD } from './contract.ts';
import type {
  GatewayControlMethods,
  GatewayCounts,
  GatewayMethods,
  GatewayStart,
  HandedFileKey,
  Ports,
} from './contract.ts';

export interface GatewayHostParts {
  readonly layout: DataDirectory;
  /** The process of `forkGateway`. */
  readonly forked: ChildProcess;
  readonly custody: Custody;
  readonly keys: KeyRing;
  readonly identity: Identity;
  readonly consents: Consents;
  /** For counts, which do not wait for the log. */
  readonly owed: LateAuditSink;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly template: () => Template;
  /** 32 bytes: key of the digests of persons of whom nothing is taken. */
  readonly subjectKey: Uint8Array;
  /** Persons of whom nothing is taken; asked anew at each start of the process. */
  readonly refusedSubjects: () => readonly RefusedSubjects[];
  readonly ports: Ports;
  readonly workers: number;
  /** One that each worker stays on; null for any. */
  readonly processors: readonly number[] | null;
  /** Commands that wait for their devices. */
  readonly waiting: () => Promise<readonly DeviceCommand[]>;
  readonly taken: (command: string) => void;
  readonly refusals: RefusalBook;
  readonly clones: CloneBook;
  readonly tokens: TokenBook;
  /** Originals that the vault still takes. */
  readonly vaultRoom: () => number;
  readonly leftOut: LeftOutBook;
  readonly traced: (span: Span) => void;
  /** Something became durable in the journal. */
  readonly committed: () => void;
}

/** Leave to bring in old readings of a stream about devices until a time in epoch microseconds. */
export interface OpenGrant {
  readonly stream: string;
  readonly devices: readonly string[];
  readonly until: number;
}

/** Grants that are remembered for a gateway that starts anew; of more the oldest count until then only. */
const MOST_GRANTS = 1_024;
const ACTOR = 'weir:gateway';
const TICKET_KEY_BYTES = 48;
const TICKET_LIFE_MS = 24 * 3_600_000;
const RENEW_CHECK_MS = 3_600_000;

/** What outlives a restart of the process. */
interface Box {
  ports: Ports;
  ticketKeys: Uint8Array;
  tickets: number;
  since: number;
  /** Import grants, as long as they are not over. */
  grants: readonly OpenGrant[];
}

/** Forks the gateway's process, which loads its code until `GatewayHost.start` brings it to work. */
export function forkGateway(layout: DataDirectory): ChildProcess {
  return forkProcess(forkSpec(layout));
}

/** The gateway process as control sees it. */
export class GatewayHost {
  readonly #parts: GatewayHostParts;
  readonly #process: SupervisedProcess<GatewayMethods>;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #box: Box;
  readonly #damages: JournalDamages;
  /** Counts of processes that have ended: what they took stays taken. */
  #last: GatewayCounts | null = null;

  private constructor(
    parts: GatewayHostParts,
    process: SupervisedProcess<GatewayMethods>,
    box: Box,
    damages: JournalDamages,
  ) {
    this.#parts = parts;
    this.#process = process;
    this.#box = box;
    this.#damages = damages;
  }

  static async start(parts: GatewayHostParts): Promise<GatewayHost> {
    const { layout, log, identity } = parts;
    await requireFreePorts(parts.template().listen.address, parts.ports);
    // Known after the first start; a restart takes the same ports again.
    const box: Box = {
      ports: parts.ports,
      ticketKeys: parts.random.bytes(TICKET_KEY_BYTES),
      tickets: 1,
      since: parts.clock.now(),
      grants: [],
    };
    const damages = new JournalDamages(ACTOR, 'windows', parts);
    // From before its state is read for the gateway: what changes meanwhile is told once that is there.
    const begun = Promise.withResolvers<GatewayHost>();
    begun.promise.catch(() => undefined);
    const consenting = parts.consents.onChange(async (change) => (await begun.promise).#consented(change));
    const process = await SupervisedProcess.start<GatewayMethods>({
      name: 'gateway',
      ...forkSpec(layout),
      forked: parts.forked,
      offered: offer(parts, damages),
      start: async (peer, { pid }) => {
        damages.clear();
        box.ports = await peer.call('start', await startOf(parts, box));
        if (pid !== undefined && parts.processors !== null) await keepThreads(pid, WORKER_THREAD, parts.processors);
      },
      log,
    }).catch((error: unknown) => {
      consenting();
      begun.reject(error);
      throw error;
    });
    const host = new GatewayHost(parts, process, box, damages);
    begun.resolve(host);
    const unsubscribe = forwardChanges(identity, (update) => {
      void process.peer
        .then((peer) => peer.call('devices', update))
        .catch((error: unknown) => log.error({ error: String(error) }, 'a device change did not reach the gateway'));
    });
    host.#timers.push(
      setInterval(() => void host.rotateTickets(), TICKET_LIFE_MS).unref(),
      setInterval(() => void host.#renew(box.ticketKeys), RENEW_CHECK_MS).unref(),
    );
    const untrusted = identity.authorities.onChange(() => void host.#trustAnew());
    host.#unsubscribe = () => {
      unsubscribe();
      consenting();
      untrusted();
    };
    return host;
  }

  #unsubscribe: () => void = () => {};

  /** Files with what was held of open windows that could not be read when the process started. */
  get lostWindows(): readonly JournalDamage[] {
    return this.#damages.all;
  }

  get process(): SupervisedProcess<GatewayMethods> {
    return this.#process;
  }

  get ports(): Ports {
    return this.#box.ports;
  }

  /** How many keys of session tickets there were since the start, and since when this one is (epoch microseconds). */
  get tickets(): { readonly version: number; readonly since: number } {
    return { version: this.#box.tickets, since: this.#box.since };
  }

  /** Ends every session ticket: whoever resumes with an older one shakes hands in full. */
  async rotateTickets(): Promise<void> {
    const box = this.#box;
    box.ticketKeys = this.#parts.random.bytes(TICKET_KEY_BYTES);
    box.tickets += 1;
    box.since = this.#parts.clock.now();
    await this.#renew(box.ticketKeys);
  }

  async useTemplate(template: Template): Promise<void> {
    const tokenKeys = await tokenKeysFor(template, this.#parts.keys);
    const vaultKey = await vaultKeyFor(template, this.#parts.keys);
    const update = { form: templateToJson(template), closed: [...closedStreams(template)], tokenKeys, vaultKey };
    await (await this.#process.peer).call('template', update);
  }

  /** Opens an import grant; it outlives a restart of the gateway. */
  async grantImport(grant: OpenGrant): Promise<void> {
    const { identity, clock } = this.#parts;
    const open = this.#box.grants.filter(({ until }) => until > clock.now());
    this.#box.grants = [...open.slice(1 - MOST_GRANTS), grant];
    await (await this.#process.peer).call('grantImport', indexed(grant, identity));
  }

  /** Takes nothing of these persons; resolves once every worker goes by it. */
  async refuseSubjects(refused: readonly RefusedSubjects[]): Promise<void> {
    await (await this.#process.peer).call('refuseSubjects', refused);
  }

  /** Ends the files of journal and quarantine that are written to. */
  async turnFiles(): Promise<void> {
    await (await this.#process.peer).call('turnFiles', null);
  }

  /** Asks all senders to come later, or lets them come again. */
  hold(held: boolean): void {
    void this.#process.peer.then((peer) => peer.tell('hold', held)).catch(() => undefined);
  }

  /** What of the journal can be seen, and how fast it may grow. */
  useProgress(progress: StoreProgress): void {
    void this.#process.peer.then((peer) => peer.tell('progress', progress)).catch(() => undefined);
  }

  /** The vault takes so many originals more. */
  useVaultRoom(values: number): void {
    void this.#process.peer.then((peer) => peer.tell('vaultRoom', values)).catch(() => undefined);
  }

  command(command: DeviceCommand): void {
    void this.#process.peer.then((peer) => peer.tell('command', command)).catch(() => undefined);
  }

  /** Ends the connections that a device has now. */
  endDevice(device: string): void {
    void this.#process.peer.then((peer) => peer.tell('endDevice', device)).catch(() => undefined);
  }

  /** A connection that the platform has opened to try itself is its own. @returns false where no worker has it yet */
  async own(ends: ConnectionEnds): Promise<boolean> {
    return (await this.#process.peer).call('own', ends);
  }

  async counts(): Promise<GatewayCounts> {
    try {
      this.#last = await (await this.#process.peer).call('counts', null);
    } catch {
      // Between a crash and the restart the last known counts stand.
    }
    return (
      this.#last ?? {
        connections: 0,
        admitted: 0,
        duplicates: 0,
        dropped: 0,
        refused: {},
        refusedConnections: {},
        agreements: {},
        pace: NO_PACE,
      }
    );
  }

  async stop(graceMs: number): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#unsubscribe();
    await this.#process.stop(graceMs);
  }

  /** Whether each worker would take a reading of a person as far as consent goes. */
  async agreed(stream: string, subject: string): Promise<readonly boolean[]> {
    return (await this.#process.peer).call('agreed', { stream, subject });
  }

  /** A gateway that is not there takes nothing in, and starts with what is so then. */
  async #consented(change: ConsentChange): Promise<void> {
    try {
      await (await this.#process.peer).call('consents', change);
    } catch (error) {
      this.#parts.log.error({ error: (error as Error).message }, 'a change of consents did not reach the gateway');
    }
  }

  /** What new authorities give counts at the listeners before anybody can show it. */
  async #trustAnew(): Promise<void> {
    const { identity, log } = this.#parts;
    try {
      await (await this.#process.peer).call('trust', trustOf(identity));
    } catch (error) {
      log.error({ error: (error as Error).message }, 'the listeners could not be told of other authorities');
    }
    await this.#renew(this.#box.ticketKeys);
  }

  async #renew(ticketKeys: Uint8Array): Promise<void> {
    const { identity, template, log } = this.#parts;
    try {
      await (await this.#process.peer).call('renew', await tlsMaterial(identity, template(), ticketKeys));
    } catch (error) {
      log.error({ error: (error as Error).message }, 'the listeners could not be given a new certificate');
    }
  }
}

function indexed({ stream, devices, until }: OpenGrant, { inventory }: Identity): ImportGrant {
  return { stream, until, devices: devices.flatMap((name) => inventory.find(name)?.index ?? []) };
}

async function startOf(parts: GatewayHostParts, { ports, ticketKeys, grants }: Box): Promise<GatewayStart> {
  const { layout, custody, keys, identity, random, template, workers, waiting, clock, vaultRoom } = parts;
  const current = template();
  const kept = (name: GatewayKey) => newestKept(custody, name, GATEWAY_KEYS[name], random);
  const { secret: hashKey } = await kept('content-hash');
  const { secret: digestKey } = await kept('refusal-digest');
  return {
    template: templateToJson(current),
    closed: [...closedStreams(current)],
    ports,
    workers,
    directory: identity.inventory.live.snapshot(),
    revoked: await identity.revocations.packed(),
    trust: trustOf(identity),
    tls: await tlsMaterial(identity, current, ticketKeys),
    hashKey,
    digestKey,
    tokenKeys: await tokenKeysFor(current, keys),
    consents: parts.consents.snapshot(),
    subjectKey: parts.subjectKey,
    refusedSubjects: parts.refusedSubjects(),
    vaultKey: await vaultKeyFor(current, keys),
    vaultRoom: vaultRoom(),
    journal: layout.journal,
    quarantine: layout.quarantine,
    windows: layout.windows,
    controlSocket: layout.controlSocket,
    longRoutes: LONG_ROUTES,
    commands: await waiting(),
    grants: grants.filter(({ until }) => until > clock.now()).map((grant) => indexed(grant, identity)),
  };
}

function trustOf({ certificates: { roots, issuing } }: Identity): CheckerTrust {
  return { roots, issuing };
}

async function tlsMaterial(identity: Identity, template: Template, ticketKeys: Uint8Array): Promise<TlsMaterial> {
  const { key, certificate } = await identity.serverCertificate(template.hosts);
  return {
    key,
    certificate,
    authorities: [...identity.certificates.roots, ...identity.certificates.issuing],
    ticketKeys,
  };
}

/** Statements of people go before readings, and those before sealing. */
const NICENESS = 3;

/** Node's permission model: the gateway reads the program, writes its journal and quarantine, and nothing else. */
function forkSpec(layout: DataDirectory): ForkSpec {
  return {
    entry: new URL('process.ts', import.meta.url),
    nodeFlags: permissionFlags(layout),
    // Compiled code is read and never written by a process that faces the network (process/keep-code.ts).
    environment: { ...logLevel(), NODE_COMPILE_CACHE_READONLY: '1' },
    // Devices send again and in any number; a person asks once, and would get what they leave (decision 31).
    niceness: NICENESS,
  };
}

function permissionFlags(layout: DataDirectory): readonly string[] {
  const reads = [
    join(PACKAGE_ROOT, 'src'),
    join(PACKAGE_ROOT, 'node_modules'),
    join(PACKAGE_ROOT, 'package.json'),
    layout.journal,
    layout.quarantine,
    layout.windows,
    layout.run,
  ];
  return [
    ...ROOM_FOR_READINGS,
    '--permission',
    ...reads.map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-write=${layout.journal}`,
    `--allow-fs-write=${layout.quarantine}`,
    `--allow-fs-write=${layout.windows}`,
    '--allow-net',
    '--allow-worker',
    '--no-experimental-ffi',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
  ];
}

function offer(
  { keys, owed, identity, clock, log, refusals, clones, tokens, leftOut, traced, taken, committed }: GatewayHostParts,
  damages: JournalDamages,
): GatewayControlMethods {
  return {
    fileKeys: async ({ kind, count }) =>
      (await keys.newFileKeys(ACTOR, kind, count)).map(({ fileId, key }): HandedFileKey => ({
        fileId,
        key: key.exportBytes(),
      })),
    windowsLost: (damage) => damages.note(damage),
    unusedFileKeys: (ids) => keys.removeFileKeys(ACTOR, ids),
    journalKey: async (fileId) =>
      (
        await keys.openFileKey({ actor: ACTOR, resource: `journal:${fileId}`, unlogged: 'owe' }, fileId)
      )?.exportBytes() ?? null,
    committed,
    refused: (counts) => void logRefusals(owed, counts, log),
    traced: (spans) => spans.forEach((span) => traced(span)),
    seen: (times) => {
      const seen = new Map<string, Micros>(times.map(([name, at]) => [name, micros(at)]));
      const from = new Map(times.flatMap(([name, , address]) => (address === null ? [] : [[name, address] as const])));
      void identity.inventory
        .recordSeen(seen, from)
        .catch((error: unknown) => log.warn({ error: String(error) }, 'could not note when devices were heard'));
    },
    refusedReadings: (readings) => void refusals.note(readings, clock.now()),
    newTokens: (made) => void tokens.note(made, clock.now()),
    leftOut: (left) => leftOut.note(left, clock.now()),
    sessions: (report) => void logSessions(report, owed, log),
    clone: (event) => void clones.note(event, clock.now()),
    delivered: (command) => taken(command),
    undelivered: ({ command, reason }) => {
      log.info({ command, reason }, 'a command was not delivered');
      // Who has said no is not asked again with the next start.
      if (reason === REFUSED_BY_DEVICE) taken(command);
    },
  };
}

async function logRefusals(owed: LateAuditSink, counts: readonly RefusalCount[], log: Log): Promise<void> {
  for (const { listener, reason, source, own, count } of refusalLines(counts)) {
    try {
      await owed.appendLate({
        actor: own ? PROBER_ACTOR : 'anonymous',
        action: 'connect',
        resource: `listener:${listener}`,
        outcome: 'denied',
        reason,
        detail: { source, count },
      });
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'refused connections could not be logged');
    }
  }
}
