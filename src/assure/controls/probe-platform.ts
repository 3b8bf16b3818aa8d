import type { Class, Json } from '#base/core/index.ts';
import type {
  CommandTrial,
  ConditionTrial,
  FlowTrial,
  AttackTrial,
  KindsTrial,
  SensorTrial,
  ConnectionTrial,
  StrangerTrial,
} from './watch-trials.ts';

/** Certificates that a probe can show to a listener; all but `good` are made for the occasion and must be refused. */
export const CREDENTIAL_KINDS = [
  'good',
  'none',
  'self-signed',
  'other-authority',
  'rootless-chain',
  'expired',
  'not-yet-valid',
  'server-only',
  'unknown-device',
  'disabled-device',
] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

export interface ConnectOutcome {
  /** True where an MQTT session was accepted. */
  readonly admitted: boolean;
  readonly protocol: string | null;
  /** What the listener answered with, where it did. */
  readonly reason: string | null;
}

/** Where segments lie that have to stay in a region, and what is shown outside. */
export interface RegionTrial {
  /** Regions that something has to stay in. */
  readonly regions: readonly string[];
  readonly stores: readonly {
    readonly place: string;
    readonly region: string | null;
    readonly scanned: number;
    /** Segments there that have to stay somewhere else. */
    readonly strays: readonly string[];
    readonly problem: string | null;
  }[];
  /** Columns, as `stream.column`, that who is outside would be shown. */
  readonly leaks: readonly string[];
  /** Alerts, versions of what they are to be, and streams whose alerts a webhook would be sent, outside all the same. */
  readonly told: readonly string[];
}

/** What follows from the class of one field, with all else the same. What is seen is `clear`, a mask, or null for nothing. */
export interface ClassTrial {
  readonly class: Class;
  readonly keyDomain: string | null;
  /** What a role with a grant of the class sees, and one without. */
  readonly granted: string | null;
  readonly notGranted: string | null;
  /** Least and most days that a reading with it is kept. */
  readonly keptDays: readonly [number | null, number | null];
  /** What may be exported for a purpose, and without one. */
  readonly exported: string | null;
  readonly exportedForNothing: string | null;
  /** What who is granted it sees from outside of its region. */
  readonly abroad: string | null;
  /** Where it has to stay. */
  readonly region: string | null;
  /** The classes of columns that views make of it, each in another way; null where there is no such column. */
  readonly derived: readonly (Class | null)[];
  /** What a role without a grant of the class sees of the first of these. */
  readonly derivedNotGranted: string | null;
  /** The class of a column that a rule gives away. */
  readonly declassified: Class | null;
}

/** A listener that speaks TLS. */
export type TlsListener = 'mqtt' | 'https' | 'api';

/** A version of TLS with the usual suites, or with weak ones alone. */
export type TlsOffer = 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.2-weak' | 'TLSv1.3';

export interface HandshakeOutcome {
  readonly accepted: boolean;
  /** The group that the key was agreed on in, as OpenSSL calls it. */
  readonly group: string | null;
  /** What the peer answered, as OpenSSL calls it; null where it accepted. */
  readonly reason: string | null;
}

/** What came of a handshake that offered one group. */
export interface AgreementOutcome {
  readonly offered: string;
  readonly accepted: boolean;
  readonly version: string | null;
  /** As IANA names it. */
  readonly suite: string | null;
  /** As the inventory names it. */
  readonly group: string | null;
  /** SHA-256 of the certificate that was shown, in hex. */
  readonly certificate: string | null;
}

/** What the cryptographic inventory says, and what handshakes show. */
export interface InventoryTrial {
  readonly inventory: {
    readonly suites: readonly string[];
    readonly groups: readonly string[];
    /** SHA-256 of each, in hex. */
    readonly certificates: readonly string[];
    readonly algorithms: number;
    /** Algorithms that a quantum computer breaks without a year until which they may be relied on. */
    readonly undated: number;
  };
  readonly handshakes: readonly AgreementOutcome[];
}

/** What is advised to encrypt with to a type of device that is declared. */
export interface AdviceTrial {
  readonly type: string;
  /** Answers, and those of them without a rule, a reason or a source. */
  readonly answers: number;
  readonly unfounded: number;
  /** Whether it speaks TLS itself; of others the gateway does. */
  readonly direct: boolean;
  /** The group and the cipher suites of TLS that do as advised, as the inventory names them. */
  readonly group: string | null;
  readonly suites: readonly string[];
  /** Answers that change where it lasts no longer than 2030 or longer than 2035, and where its link is LoRaWAN. */
  readonly changedByLifetime: number;
  readonly changedByLink: number;
}

export interface PublishOutcome {
  /** MQTT 5 reason code of the acknowledgement; below 128 means taken. */
  readonly code: number;
  readonly text: string | null;
}

export type ProbeCaller = 'prober' | 'device' | 'person' | 'nobody';

/** Credentials of programs that a probe can show at the API; all but `good-key` must let in for nothing, or for less. */
export const PROGRAM_CREDENTIAL_KINDS = [
  'good-key',
  'narrow-key',
  'revoked-key',
  'expired-token',
  'ended-session',
  'unused-code',
  'unsigned-token',
  'forged-token',
] as const;
export type ProgramCredentialKind = (typeof PROGRAM_CREDENTIAL_KINDS)[number];

export interface ApiAnswer {
  readonly status: number;
  readonly body: Json;
  /** Fields of the answer by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** `flood` sends as fast as the connection takes; `polite` stays within what the stream allows. */
export type Pace = 'polite' | 'flood';

export interface SearchOutcome {
  readonly files: number;
  readonly bytes: number;
  /** Files that are older than what was looked for, and so were not read. */
  readonly older: number;
  /** Files that could not be read. */
  readonly unreadable: number;
  /** Files, relative to the data directory, that hold the bytes looked for. */
  readonly hits: readonly string[];
}

/** What a search for keys that open readings found. */
export interface KeySearch extends SearchOutcome {
  /** How many keys were looked for. */
  readonly keys: number;
  /** Where the root key is: `file`, `pkcs11`, `transit`. */
  readonly custody: string;
  /** Files and folders of keys, relative to the data directory, that others than their owner may read or change. */
  readonly open: readonly string[];
}

/** What became of attempts to read changed copies of a segment. */
export interface TamperOutcome {
  readonly segment: string;
  /** True where an unchanged copy opens: otherwise a refusal would say nothing. */
  readonly opens: boolean;
  readonly tried: number;
  /** Attempts in which anything came back. */
  readonly unnoticed: number;
  /** Codes of the refusals, each once. */
  readonly reasons: readonly string[];
}

export interface LogCheck {
  readonly entries: number;
  readonly verified: boolean;
  readonly reason: string | null;
  /** Whether one changed byte in a copy was found. */
  readonly tamperDetected: boolean;
}

/** What became of two devices with the identity of `_probe`. */
export interface CloneTrial {
  /** Two sessions from one address got in, and one from another. */
  readonly first: boolean;
  readonly second: boolean;
  /** The two at one address raised nothing. */
  readonly quiet: boolean;
  readonly noticed: boolean;
  /** Requests over HTTPS from two addresses in turn. */
  readonly noticedOverHttps: boolean;
  /** Two counters of `seq` that take turns. */
  readonly countersNoticed: boolean;
  /** The key of one device in the request of another. */
  readonly keyNoticed: boolean;
}

/** What became of the device `_probe` as one that is tampered with. */
export interface TamperTrial {
  /** False where the template declares no detection: then signs are looked at by nobody. */
  readonly watched: boolean;
  /** An alert and an entry of the log for each sign. */
  readonly caseOpen: boolean;
  readonly bootLoop: boolean;
  /** Its readings were refused and kept, while it was let in. */
  readonly apart: boolean;
  readonly cut: boolean;
  readonly released: boolean;
}

/** What tiers of detectors did since the watch began. */
export interface TiersTrial {
  readonly devices: number;
  /** The greatest share of the readings that any stream may send up on suspicion. */
  readonly suspicious: number;
  readonly tiers: readonly { readonly name: string; readonly judged: number; readonly busyMs: number }[];
  readonly recall: { readonly sampled: number; readonly odd: number; readonly missed: number };
  readonly heldBack: number;
  readonly windowsShed: number;
}

/** What was told of a field of the device `_probe` that drifted. */
export interface DriftTrial {
  /** False where the template declares no detection: then nothing was tried. */
  readonly watched: boolean;
  /** Alerts that name the field since it began to drift. */
  readonly told: number;
  /** What the first of them names, and says. */
  readonly fields: readonly string[];
  readonly sentence: string | null;
}

/** What became of what the device `_probe` sent that is usual, and what is not. */
export interface WatchTrial {
  /** False where the template declares no detection: then nothing was tried. */
  readonly watched: boolean;
  /** What is normal for the device once that was sent; null where nothing is known. */
  readonly baseline: {
    readonly readings: number;
    readonly fields: number;
    /** Whether every detector may alarm, and says how sure it is. */
    readonly armed: boolean;
    readonly sure: boolean;
  } | null;
  /** What is usual raised nothing. */
  readonly quiet: boolean;
  /** The alert of one wild reading; null where none came. */
  readonly alert: {
    readonly cause: string | null;
    readonly value: number | null;
    readonly usual: readonly [number, number] | null;
    readonly wouldPass: number | null;
    /** The value in the reading that is shown as evidence, and in the usual one that is like it. */
    readonly evidence: number | null;
    readonly nearest: number | null;
    readonly sentence: string;
    /** False alarms in the time of the budget: at most likely, and allowed. */
    readonly likely: number;
    readonly budget: number;
  } | null;
  /** It was told while there was a window for another field. */
  readonly otherWindowLeaves: boolean;
  readonly windowSilences: boolean;
  readonly muteSilences: boolean;
  readonly revertTells: boolean;
  /** All of them were one incident. */
  readonly incident: boolean;
}

/** What became of a certificate of the device `_probe` that was taken back. */
export interface RevokeTrial {
  readonly admittedBefore: boolean;
  /** From asking for the revocation to the end of the live session; null where it went on. */
  readonly endedAfterMs: number | null;
  readonly admittedAfter: boolean;
  /** Status of a reading that is posted with it afterwards. */
  readonly requestAfter: number;
  /** Whether the log gives that as the reason of the refusal. */
  readonly logged: boolean;
  readonly inWholeList: boolean;
  readonly inDelta: boolean;
  readonly ocsp: 'good' | 'revoked' | 'unknown';
  /** Whether a session with another certificate of the device went on. */
  readonly otherStays: boolean;
}

/** What became of readings of `_probe` that were let go. */
export interface LetGoTrial {
  /** Segments, with their streams, of which something should have gone before now. */
  readonly overdue: readonly string[];
  /** They could be asked for. */
  readonly seen: boolean;
  /** While they were held, letting them go was refused and they could be asked for. */
  readonly heldStays: boolean;
  /** Afterwards they could not. */
  readonly gone: boolean;
  /** Places that segments are archived in, as they lie there. */
  readonly archives: readonly ArchiveTrial[];
}

/** What was found in a place of archived segments. */
export interface ArchiveTrial {
  readonly place: string;
  /** Why it could not be looked at; null where it could. */
  readonly problem: string | null;
  /** Segments that were read whole and compared. */
  readonly sampled: number;
  /** Ids of those that are missing there, or not what was sealed. */
  readonly damaged: readonly string[];
  /** Objects there of segments that are no more. */
  readonly leftOver: readonly string[];
}

/** What became of readings of `_probe` when the key that they are sealed under was rotated. */
export interface RotateTrial {
  /** False where that was done within a day: then no more is known than how things stand. */
  readonly rotated: boolean;
  /** Whether the version that seals now is another, newer one. What is null was not tried. */
  readonly newer: boolean | null;
  /** Wraps that were sealed again, and in how long. */
  readonly rewrapped: number | null;
  readonly milliseconds: number | null;
  /** Whether a reading from before can be asked for, and one from after. */
  readonly oldReads: boolean;
  readonly newReads: boolean;
  /** Whether something needs the version that seals. */
  readonly newSeals: boolean;
  /** Keys that need an older version. */
  readonly oldHolds: number;
  /** Whether the log says that the older one was retired, and that its wraps were sealed again. */
  readonly logged: boolean | null;
}

/** A place that the platform is backed up to, as it lies there. */
export interface BackupTrial {
  readonly target: string;
  /** Code of what keeps it from being believed, or null. */
  readonly problem: string | null;
  /** Hours since the snapshot that is there. */
  readonly ageHours: number | null;
  /** Objects that were read, and those of them that are not as they were stored. */
  readonly sampled: number;
  readonly damaged: readonly string[];
  /** One flipped bit of its ring, in a copy, was found. */
  readonly flipFound: boolean;
  /** Keys in its ring that custody here has no more. */
  readonly destroyedKeys: readonly string[];
  /** Hours since something was erased that it has not heard of; null where it has heard of all. */
  readonly behindHours: number | null;
}

/** What became of a consent that was given to a stream and withdrawn. What workers say is of each of the gateway's. */
export interface ConsentTrial {
  readonly stream: string;
  /** Before it was given no worker would have taken a reading of this person. */
  readonly askedFirst: boolean;
  /** While it stood every worker would have. */
  readonly taken: boolean;
  /** The receipt verifies with the keys that the platform publishes, and says that it was given. */
  readonly receipt: boolean;
  /** Milliseconds from the withdrawal until no worker would have taken one any more; null where that was not seen. */
  readonly endedAfterMs: number | null;
  /** Whose rows may be used does not name the person any more, and who is left out does. */
  readonly hidden: boolean;
  /** Both are in the log, and nothing there names the person. */
  readonly logged: boolean;
}

/** What became of attempts on one private view. Codes of errors, or `answered`. */
export interface PrivacyTrial {
  readonly view: string;
  readonly stream: string;
  /** Asking for its rows. */
  readonly rows: string;
  /** Asking for an answer that costs more than the budget has left. */
  readonly beyond: string;
  /** ε of the budget that both cost. */
  readonly spent: number;
  /** Whether a role that queries all may query the stream itself. */
  readonly open: boolean;
}

/** What synthetic rows gave away that were learnt from rows with one that stands alone. */
/** What became of readings that go into windows. */
export interface WindowTrial {
  readonly readings: number;
  /** Rows that were there before a window was closed. */
  readonly early: number;
  readonly rows: number;
  /** Whether each row has the mean, least, greatest and count of what was sent. */
  readonly right: boolean;
  /** Readings that the journal was given. */
  readonly found: number;
}

export interface SynthesisTrial {
  /** Rows that were made. */
  readonly made: number;
  /** Near-copies of rare rows. */
  readonly nearRare: number;
  /** How well they tell learnt rows from held ones: a half tells nothing. */
  readonly membership: number;
  /** Rows with an effect before its cause. */
  readonly effectsBeforeCause: number;
}

/** What came of values that were encrypted, added up without a key, and opened. */
export interface FleetSumTrial {
  /** Bits of security that the parameters have at least. */
  readonly security: number;
  /** How far sum, mean and variance are from those in clear at most, relative to them. */
  readonly error: number;
  /** What another secret key makes of the sum is no nearer to it than this, relative to it. */
  readonly otherKey: number;
  /** Milliseconds to add one value. */
  readonly addMs: number;
}

/** What came of words that were hashed into buckets as a mask does it. */
export interface HashingTrial {
  readonly words: number;
  readonly buckets: number;
  /** Words that are read as they were sent by who sees them, and as the number of a bucket by who is granted no more. */
  readonly stored: number;
  readonly hashed: number;
  /** Words that were in the same bucket when asked again; that a dictionary hit without the key; with another key. */
  readonly same: number;
  readonly withoutKey: number;
  readonly withOtherKey: number;
  /** Whether custody knows the key by its purpose. */
  readonly custody: boolean;
  /** Words that share a bucket, and how many would by chance. */
  readonly collided: number;
  readonly expected: number;
  /** How much of its R² a model of a target loses by buckets. */
  readonly loss: number;
}

/** A version of a key, without the key. */
export interface KnownKey {
  readonly kind: string;
  readonly name: string;
  readonly version: number;
  readonly state: string;
  /** How often it has sealed, and may at most; null where that is not counted. */
  readonly uses: number | null;
  readonly limit: number | null;
  /** How many keys need it; null where that cannot be told. */
  readonly holds: number | null;
}

/** Statuses of the answers to one request, signed in different ways. */
export interface SignatureTrial {
  readonly unsigned: number;
  readonly signed: number;
  /** The signed request once more, as it was. */
  readonly replayed: number;
  /** A signature that was made for another request. */
  readonly altered: number;
}

/** A stream as the template in force declares it. */
export interface DeclaredStream {
  readonly name: string;
  /** Ids of declared protections that this version does not enforce. */
  readonly unenforced: readonly string[];
  readonly acceptUnenforced: boolean;
}

/** A port that a process of the platform listens on, or that the platform says it does. */
export interface ListeningPort {
  readonly port: number;
  readonly loopback: boolean;
}

/** What came of answers that have to prove what they were made from. */
export interface TracedAnswers {
  readonly holds: boolean;
  readonly forgedRefused: boolean;
  readonly sameDigest: boolean;
  /** Segments that the dataset's lineage names. */
  readonly segments: number;
  readonly deletedIsGone: boolean;
}

/** What is found of persons and their requests. Requests by their ids: nobody is named. */
export interface RightsTrial {
  readonly requests: number;
  /** Certified erasures that were looked at again. */
  readonly looked: number;
  /** What came back, in words. */
  readonly remains: readonly string[];
  /** Requests to be hidden that no relation heeds. */
  readonly shown: readonly string[];
  readonly overdue: readonly string[];
}

/** What the platform would make of corrections that nobody asks for. */
export interface CorrectionTrial {
  readonly tried: number;
  /** Fields (`stream.field`) of which something was taken or refused that should not be, in words. */
  readonly wrong: readonly string[];
}

/**
 * The running system as a probe may try it: from outside where that is possible, else on copies.
 *
 * Everything acts as the reserved device and on the reserved stream `_probe`, through the code that users meet.
 */
export interface ProbePlatform {
  /**
   * How long a probe waits for what follows its cause within a moment, in milliseconds: rows are visible within a second
   * of their acknowledgement, and what is counted goes into the log once a second. More leaves room for a busy machine.
   */
  readonly patienceMs: number;
  /** Looks for persons who were erased, and at requests that wait. */
  rightsTrial(): Promise<RightsTrial>;
  /** Asks what would be made of corrections of every stream about persons; nothing is corrected. */
  correctionTrial(): Promise<CorrectionTrial>;
  /** Streams in the record of processing, and stored fields (`stream.column`) that it does not know. */
  recordTrial(): Promise<{ readonly documented: readonly string[]; readonly undocumented: readonly string[] }>;
  /** Takes a certificate of the device `_probe` back while it is in use, and tries it. */
  revokeOwn(): Promise<RevokeTrial>;
  /** Opens TLS and MQTT to the device listener with a credential of this kind. */
  connect(kind: CredentialKind): Promise<ConnectOutcome>;
  /** Shakes hands with a listener in one version of TLS. */
  connectWithTls(offer: TlsOffer, listener: TlsListener): Promise<HandshakeOutcome>;
  /** Shakes hands with the device listener by many groups, and asks for the cryptographic inventory. */
  inventoryTrial(): Promise<InventoryTrial>;
  /**
   * Publishes raw payloads to a topic as the device `_probe`, one answer each, in their order.
   *
   * @param pace by default `polite`
   */
  publish(topic: string, payloads: readonly string[], pace?: Pace): Promise<readonly PublishOutcome[]>;
  /** Calls the API: as the prober itself, as the device `_probe`, as a person without a role, or as nobody. */
  call(method: string, path: string, body: Json | null, as: ProbeCaller): Promise<ApiAnswer>;
  /** Asks the API (`GET`) with a credential of this kind, whose holder may prove. */
  showCredential(kind: ProgramCredentialKind, path: string): Promise<ApiAnswer>;
  /** Runs SQL as the prober, who sees the stream `_probe` and nothing else. The body of an answer is its rows. */
  query(sql: string): Promise<ApiAnswer>;
  /** Tries signatures with the operator's key, on what only tells; null where the template asks for none there. */
  signatures(): Promise<SignatureTrial | null>;
  /** Has what is not sealed yet of the stream `_probe` sealed now. */
  seal(): Promise<void>;
  /**
   * Searches every file below the data directory, and what running processes hold open without a name on a disk, for
   * a text as it is, in UTF-16, in hex and in base64.
   *
   * @param needle a canary: files that did not change since it was made need not be read
   */
  search(needle: string, signal: AbortSignal): Promise<SearchOutcome>;
  /** Searches likewise for the keys of the newest segment of `_probe`, and looks who may read where keys are kept. */
  searchKeys(signal: AbortSignal): Promise<KeySearch>;
  /** Flips one bit in copies of a sealed segment of `_probe`, each elsewhere, and tries to read them. */
  tamperWithSegment(): Promise<TamperOutcome>;
  /** Asks for an answer with a receipt, and freezes rows of `_probe`, both as the prober. */
  traceAnswers(): Promise<TracedAnswers>;
  /** Verifies the log from its files with the public keys alone, then once more with one byte of an entry changed. */
  verifyLog(signal: AbortSignal): Promise<LogCheck>;
  /**
   * Looks for an entry of this action and resource in the log. A resource that ends with a colon stands for all that
   * begin so.
   *
   * @param since RFC 3339
   * @param reason the entry's reason code, where only one counts
   */
  logged(action: string, resource: string, since: string, reason?: string): Promise<boolean>;
  /** Streams of the template in force but the platform's own. */
  streams(): Promise<readonly DeclaredStream[]>;
  /** Every version of every key of the platform. */
  keys(): Promise<readonly KnownKey[]>;
  /** Every entry of the inventory, as the gateways know it. */
  inventory(): Promise<readonly { readonly name: string; readonly index: number }[]>;
  /** Sends what is usual and what is not as the device `_probe`, once in a run, and looks what is told of it. */
  watchOwn(): Promise<WatchTrial>;
  /** Is a device that is tampered with, and is contained as one. */
  tamperOwn(): Promise<TamperTrial>;
  /** Is a machine that runs and stands, and shows what is usual under the one condition under the other. */
  conditionTrial(): Promise<ConditionTrial>;
  /** Lets another kind of device speak in the name of `_probe`. */
  strangerTrial(): Promise<StrangerTrial>;
  /** Is a device that connects from elsewhere, with another stack, sends other sizes, and is lost again and again. */
  connectionTrial(): Promise<ConnectionTrial>;
  /** Is a device with a sensor that gets stuck, spliced, scaled and replayed. */
  sensorTrial(): Promise<SensorTrial>;
  /** Is a device that gets commands in another order and at another hour than ever, and one that hides a beacon. */
  commandTrial(): Promise<CommandTrial>;
  /** Is a device with something wrong for each kind of detector. */
  kindsTrial(): Promise<KindsTrial>;
  /** Is a device that is attacked in stages, and goes wrong once more an hour later. */
  attackTrial(): Promise<AttackTrial>;
  /** Sends flows that its profile allows, and one that it does not. */
  flowTrial(): Promise<FlowTrial>;
  /** What tiers of detectors did; null where nothing is watched. */
  tiers(): Promise<TiersTrial | null>;
  /** Sends a field that drifts as the device `_probe`, and looks what is told of it. */
  driftOwn(): Promise<DriftTrial>;
  /** Is two devices with the identity of `_probe`, in each way in which that shows. */
  cloneOwn(): Promise<CloneTrial>;
  /** Rotates the key that readings of `_probe` are sealed under, at most once a day. */
  rotateOwn(): Promise<RotateTrial>;
  /** Lets readings of the stream `_probe` go, while they are held and afterwards. */
  letGo(): Promise<LetGoTrial>;
  /** Looks at every place that the platform is backed up to. */
  backupTrial(): Promise<readonly BackupTrial[]>;
  /** Changes the class of one field, and asks all that decides for what follows. */
  classTrial(): Promise<readonly ClassTrial[]>;
  /** Scans every store for segments that have to stay elsewhere, and asks as somebody outside. */
  regionTrial(): Promise<RegionTrial>;
  /** Gives and withdraws a consent of nobody to each stream that asks for it. */
  consentTrial(): Promise<readonly ConsentTrial[]>;
  /** Asks each private view for what it must not answer, as a role that may ask it. */
  privacyTrial(): Promise<readonly PrivacyTrial[]>;
  /** Makes synthetic rows out of rows of its own, one of which stands alone. */
  synthesisTrial(): Promise<SynthesisTrial>;
  /** Takes readings of its own into windows, as a stream does that is aggregated at the door. */
  windowTrial(): Promise<WindowTrial>;
  /** Encrypts values of its own, has them added up without a key, and opens the sum. */
  fleetSumTrial(): Promise<FleetSumTrial>;
  /** Hashes words of its own as masks do, and tries to get them back. */
  hashingTrial(): Promise<HashingTrial>;
  /** What is advised to each declared type. */
  adviceTrial(): Promise<readonly AdviceTrial[]>;
  /** The year in which each device of the inventory ends, null where nothing is known. */
  profiles(): Promise<readonly { readonly name: string; readonly endsIn: number | null }[]>;
  /** Tries to enrol a device whose support ended long ago; the name that it was given and how it was refused. */
  enrolUnsupported(): Promise<{ readonly name: string; readonly code: string; readonly message: string }>;
  /** All controls that there are, and the requirements that each names. */
  controls(): readonly { readonly id: string; readonly requirements: readonly string[]; readonly last: boolean }[];
  /** Ports that the platform's processes listen on, as the operating system says; null where it does not say. */
  listening(): Promise<readonly ListeningPort[] | null>;
  /** The time, RFC 3339. */
  now(): string;
  /** What the platform says of itself, such as whether query processes are confined. */
  status(): Promise<Readonly<Record<string, Json>>>;
  /** A value that is unlikely to stand anywhere else. */
  canary(): string;
}
