import type { Json } from '#base/core/index.ts';
import type { FleetSumTrial, HashingTrial, LiveWindowTrial, SynthesisTrial, WindowTrial } from './derived-trials.ts';
import type {
  AdviceTrial,
  ApiAnswer,
  CloneTrial,
  ConnectOutcome,
  CredentialKind,
  HandshakeOutcome,
  InventoryTrial,
  ListeningPort,
  Pace,
  ProbeCaller,
  ProgramCredentialKind,
  PublishOutcome,
  RevokeTrial,
  SignatureTrial,
  TlsListener,
  TlsOffer,
} from './door-trials.ts';
import type {
  ClassTrial,
  ConsentTrial,
  CorrectionTrial,
  PrivacyTrial,
  RegionTrial,
  RightsTrial,
} from './people-trials.ts';
import type {
  BackupTrial,
  KeySearch,
  KnownKey,
  LetGoTrial,
  LogCheck,
  RotateTrial,
  SearchOutcome,
  TamperOutcome,
  TracedAnswers,
} from './stored-trials.ts';
import type {
  AttackTrial,
  CommandTrial,
  ConditionTrial,
  ChannelTrial,
  ConnectionTrial,
  DriftTrial,
  FlowTrial,
  KindsTrial,
  SensorTrial,
  StrangerTrial,
  TamperTrial,
  TiersTrial,
  WatchTrial,
} from './watch-trials.ts';

/** A stream as the template in force declares it. */
export interface DeclaredStream {
  readonly name: string;
  /** Ids of declared protections that this version does not enforce. */
  readonly unenforced: readonly string[];
  readonly acceptUnenforced: boolean;
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
  /** Has the prober call one peer among many as command and control does. */
  channelTrial(): Promise<ChannelTrial>;
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
  /** Sends readings as the device `_probe` to a stream that is aggregated at the door, over MQTT, and asks for its rows. */
  windowOwn(signal: AbortSignal): Promise<LiveWindowTrial>;
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
