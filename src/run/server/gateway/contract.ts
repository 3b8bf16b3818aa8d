import type { Json, Span } from '#base/core/index.ts';
import type {
  CloneEvent,
  ConnectionEnds,
  ListenerPorts,
  RefusalCount,
  SessionSnapshot,
  Sighting,
  TlsMaterial,
} from '#flow/gateway/index.ts';
import type { JournalDamage } from '#flow/journal/index.ts';
import type { ImportGrant, RefusedSubjects, VaultKey, WindowGroup, WindowStates } from '#flow/ingest/index.ts';
import type { ConsentChange, ConsentSnapshot } from '#trust/consent/index.ts';
import type { StoreProgress } from '#flow/store/index.ts';
import type { CheckerTrust, DirectoryChange, DirectorySnapshot } from '#trust/identity/index.ts';
import type { DeviceCommand } from '../control/command-box.ts';
import type { LeftOut } from '../control/left-out-book.ts';
import type { RefusedReadings } from '../control/refusal-book.ts';
import type { DeviceSessions } from './device-sessions.ts';
import type { HandedTokenKey } from './token-keys.ts';

export type Ports = ListenerPorts;

/** What the system knows the threads of workers by; 15 bytes at most. */
export const WORKER_THREAD = 'gateway worker';

/** What a gateway writes files of. */
export type FileKeyKind = 'journal' | 'quarantine' | 'windows';

/** Keys of journal and quarantine files on their way to the worker that writes them. */
export interface HandedFileKey {
  readonly fileId: string;
  readonly key: Uint8Array;
}

export interface GatewayStart {
  readonly template: Json;
  /** Streams that may not take readings. */
  readonly closed: readonly string[];
  readonly ports: Ports;
  readonly workers: number;
  readonly directory: DirectorySnapshot;
  /** Keys of the serial numbers that are revoked. */
  readonly revoked: Uint8Array;
  /** What client certificates are judged by. */
  readonly trust: CheckerTrust;
  readonly tls: TlsMaterial;
  /** Eight bytes: key of the content hashes in the windows of `seq`. */
  readonly hashKey: Uint8Array;
  /** 32 bytes: key of the digests of refused payloads. */
  readonly digestKey: Uint8Array;
  /** Of every domain that the template names. */
  readonly tokenKeys: readonly HandedTokenKey[];
  /** Who consents to what. */
  readonly consents: ConsentChange;
  /** 32 bytes: key of the digests of persons of whom nothing is taken. */
  readonly subjectKey: Uint8Array;
  readonly refusedSubjects: readonly RefusedSubjects[];
  /** The key under which originals travel to the vault; null where none do. */
  readonly vaultKey: VaultKey | null;
  /** Originals that the vault still takes. */
  readonly vaultRoom: number;
  readonly journal: string;
  readonly quarantine: string;
  /** Folder of what is held of open windows. */
  readonly windows: string;
  readonly controlSocket: string;
  /** Routes of control's that last. */
  readonly longRoutes: readonly string[];
  readonly commands: readonly DeviceCommand[];
  /** Import grants that are not over. */
  readonly grants: readonly ImportGrant[];
}

/** Another version of the template, and what goes with it. */
export interface TemplateUpdate {
  readonly form: Json;
  readonly closed: readonly string[];
  readonly tokenKeys: readonly HandedTokenKey[];
  /** The key under which originals travel to the vault; null where none do. */
  readonly vaultKey: VaultKey | null;
}

/** The same on its way to a worker. */
export interface WorkerTemplateUpdate extends TemplateUpdate {
  /** From when on streams take readings for their windows; epoch microseconds. */
  readonly windowsSince: ReadonlyMap<string, number>;
}

/** Changes of the inventory, and the keys of what was revoked with them. */
export interface DirectoryUpdate {
  readonly changes: readonly DirectoryChange[];
  readonly revoked: Uint8Array;
}

/** Counts since the start of one process, summed over its workers. */
export interface GatewayCounts {
  readonly connections: number;
  readonly admitted: number;
  readonly duplicates: number;
  readonly dropped: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly refusedConnections: Readonly<Record<string, number>>;
  /** Open connections by version, suite and group of TLS. */
  readonly agreements: Readonly<Record<string, number>>;
  readonly pace: Pace;
}

/** How acknowledgements keep in step with what can be seen. */
export interface Pace {
  /** For how long the oldest reading that cannot be seen yet has been acknowledged. */
  readonly behindMs: number;
  /** Readings a second that are acknowledged at most; null where as many as come. */
  readonly allowedPerSecond: number | null;
  /** For how long acknowledgements were held back since the start. */
  readonly heldBackMs: number;
}

/** What the gateway process offers to control. */
export type GatewayMethods = {
  start(start: GatewayStart): Promise<Ports>;
  template(update: TemplateUpdate): Promise<void>;
  devices(update: DirectoryUpdate): Promise<void>;
  /** Resolves once it counts for every worker. */
  consents(change: ConsentChange): Promise<void>;
  /** Whether each worker would take a reading of a person as far as consent goes. */
  agreed(about: { stream: string; subject: string }): Promise<readonly boolean[]>;
  grantImport(grant: ImportGrant): Promise<void>;
  /** Takes nothing of these persons; resolves once every worker goes by it. */
  refuseSubjects(refused: readonly RefusedSubjects[]): Promise<void>;
  /** Ends the files of journal and quarantine that are written to, so that they can go. */
  turnFiles(parameters: null): Promise<void>;
  /** Asks all senders to come later, while the store lags. */
  hold(held: boolean): void;
  /** How many more originals the vault takes. */
  vaultRoom(values: number): void;
  /** What of the journal can be seen, and how fast it may grow. */
  progress(progress: StoreProgress): void;
  renew(tls: TlsMaterial): Promise<void>;
  /** Other authorities count. */
  trust(trust: CheckerTrust): Promise<void>;
  command(command: DeviceCommand): void;
  /** Ends the connections that a device has now. */
  endDevice(device: string): void;
  /** Control has opened this connection to try the platform; whether a worker has it. */
  own(ends: ConnectionEnds): Promise<boolean>;
  counts(parameters: null): Promise<GatewayCounts>;
  drain(parameters: null): Promise<void>;
};

/** What control offers to the gateway process. */
export type GatewayControlMethods = {
  fileKeys(request: { kind: FileKeyKind; count: number }): Promise<readonly HandedFileKey[]>;
  /** The key of an existing journal file, for rebuilding what the gateway knew. */
  journalKey(fileId: string): Promise<Uint8Array | null>;
  /** A file with what was held of open windows cannot be read to its end. */
  windowsLost(damage: JournalDamage): void;
  /** File keys that no file was begun with. */
  unusedFileKeys(ids: readonly string[]): Promise<void>;
  /** Something became durable. */
  committed(parameters: null): void;
  refused(counts: readonly RefusalCount[]): void;
  seen(times: readonly (readonly [name: string, micros: number, address: string | null])[]): void;
  refusedReadings(readings: readonly RefusedReadings[]): void;
  /** What readings lost on entry, by stream. */
  leftOut(left: readonly (readonly [stream: string, counts: LeftOut])[]): void;
  /** Values of tokenised fields that were new, by device. */
  newTokens(made: readonly (readonly [device: string, values: number])[]): void;
  /** Connections that devices opened and lost. */
  sessions(report: readonly DeviceSessions[]): void;
  /** One identity is in use by two that cannot be one device. */
  clone(event: CloneEvent): void;
  /** Steps of traced requests. */
  traced(spans: readonly Span[]): void;
  delivered(command: string): void;
  undelivered(report: { command: string; reason: string }): void;
};

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly worker: number;
  /** Id of this process start, sorting behind earlier ones. */
  readonly start: string;
  readonly gateway: Omit<GatewayStart, 'commands' | 'revoked' | 'consents'>;
  readonly table: SharedArrayBuffer;
  /** The set of revoked serial numbers. */
  readonly revoked: SharedArrayBuffer;
  /** Until when each person's consent counts, and where each lies in it. */
  readonly consentTable: SharedArrayBuffer;
  readonly consents: ConsentSnapshot;
  readonly connections: SharedArrayBuffer;
  readonly sharedPorts: boolean;
  readonly journalKeys: readonly HandedFileKey[];
  readonly quarantineKeys: readonly HandedFileKey[];
  /** Sessions of earlier starts, which this worker's journal keeps from now on. */
  readonly sessions: readonly SessionSnapshot[];
  readonly windowsSince: ReadonlyMap<string, number>;
}

/** What a worker offers to the main thread. */
export type WorkerMethods = {
  start(start: WorkerStart): Promise<Ports>;
  template(update: WorkerTemplateUpdate): void;
  /** Stores rows of closed windows, each once; resolves once they are durable. */
  writeWindows(closed: { windows: readonly WindowStates[]; at: number }): Promise<void>;
  devices(changes: readonly DirectoryChange[]): void;
  consents(snapshot: ConsentSnapshot): void;
  agreed(about: { stream: string; subject: string }): boolean;
  grantImport(grant: ImportGrant): void;
  refuseSubjects(refused: readonly RefusedSubjects[]): void;
  turnFiles(parameters: null): Promise<void>;
  own(ends: ConnectionEnds): boolean;
  /** Ends connections by their ids; those of other workers are passed over. */
  end(ids: readonly string[]): void;
  /** A certificate counts for nothing over HTTPS for a while, where it comes from these addresses. */
  shut(order: { serial: string; addresses: readonly string[] }): void;
  hold(held: boolean): void;
  /** How many more originals the vault takes. */
  vaultRoom(values: number): void;
  /** What of the journal can be seen, and how fast it may grow. */
  progress(progress: StoreProgress): void;
  renew(tls: TlsMaterial): void;
  trust(trust: CheckerTrust): void;
  keys(stock: { kind: FileKeyKind; keys: readonly HandedFileKey[] }): void;
  counts(parameters: null): GatewayCounts;
  /** Ends its part. @returns ids of file keys that it was given and did not use */
  drain(parameters: null): Promise<readonly string[]>;
};

/** What the main thread offers to a worker. */
export type WorkerControlMethods = {
  arrived(sighting: Sighting): void;
  visited(sighting: Sighting): void;
  /** Two counters of `seq` took turns. */
  interleaved(device: string): void;
  /** What a commit group adds to windows; resolves once that is durable. */
  windows(group: WindowGroup): Promise<void>;
  left(id: string): void;
  moreKeys(request: { kind: FileKeyKind }): void;
  committed(parameters: null): void;
  traced(spans: readonly Span[]): void;
  refused(counts: readonly RefusalCount[]): void;
  seen(times: readonly (readonly [name: string, micros: number, address: string | null])[]): void;
  refusedReadings(readings: readonly RefusedReadings[]): void;
  leftOut(left: readonly (readonly [stream: string, counts: LeftOut])[]): void;
  newTokens(made: readonly (readonly [device: string, values: number])[]): void;
  sessions(report: readonly DeviceSessions[]): void;
};
