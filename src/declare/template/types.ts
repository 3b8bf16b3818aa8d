import type { DetectorChoice } from './detector-kinds.ts';
import type { Calendar } from './calendar.ts';
import type { PhysicsRule } from './physics-rule.ts';
import type { CONTAINMENTS, TAMPER_KINDS } from './vocabulary.ts';
import type { Class, ClassMask, ExportTerms, FieldType, Micros, Millis } from '#base/core/index.ts';
import type { CertificateAlgorithm, CheckpointAlgorithm } from '#base/crypto/index.ts';
import type { FeatureRule } from './feature-words.ts';
import type { Rule } from './rule.ts';

/**
 * A template that was parsed, resolved (`extends`), checked, defaulted and frozen: the one declaration that every
 * part reads. Maps are keyed by name in the order of declaration.
 */
export interface Template {
  /** Hex SHA-256 over the canonical form of the resolved template, `sql:` files included. */
  readonly digest: string;
  readonly name: string;
  readonly description: string | null;
  readonly region: string;
  /** What holds for fields of a class beyond `CLASS_RULES`; absent where nothing is said of any. */
  readonly classes?: ReadonlyMap<Class, ClassTerms>;
  /** Where segments lie, by name; absent where nothing is said of it: then they lie in the data directory alone. */
  readonly objects?: ReadonlyMap<string, ObjectsPlace>;
  /** Names that the platform's own certificates carry, `localhost` always among them. */
  readonly hosts: readonly string[];
  readonly devices: ReadonlyMap<string, DeviceType>;
  /** Whose own device certificates may be shown at a first enrolment; absent where there is none. */
  readonly manufacturers?: ReadonlyMap<string, Manufacturer>;
  readonly streams: ReadonlyMap<string, Stream>;
  readonly views: ReadonlyMap<string, View>;
  readonly tables: ReadonlyMap<string, ReferenceTable>;
  readonly people: ReadonlyMap<string, Role>;
  /** What a change that weakens waits for; absent where whoever administers the template is enough. */
  readonly approval?: { readonly within: Millis };
  /** Absent where the template says nothing of it: then `STANDARD_SIGN_IN` holds. */
  readonly signIn?: SignInRules;
  readonly detect: ReadonlyMap<string, Detection>;
  /** What is looked for in the log, those of `rule-files` included; absent where nothing is. */
  readonly rules?: ReadonlyMap<string, Rule>;
  /** Where alerts are sent to; absent where nowhere. */
  readonly webhooks?: ReadonlyMap<string, Webhook>;
  readonly comply: readonly string[];
  readonly listen: Listen;
  /** Absent where nothing is declared of it. */
  readonly api?: ApiRules;
  /** Where traces of requests go; absent where nowhere. */
  readonly traces?: TraceRules;
  readonly tls: TlsRules;
  /** Absent where the template says nothing of it: then `STANDARD_CRYPTO` holds. */
  readonly crypto?: CryptoRules;
  readonly limits: Limits;
  /** Further policies in Cedar, in the order of `policies:`; absent where none is declared. */
  readonly policies?: readonly PolicyFile[];
}

/** A `.cedar` file that a template names. */
export interface PolicyFile {
  /** Path relative to the template's folder. */
  readonly file: string;
  readonly text: string;
}

/** What a template says of a class; what is absent is as `CLASS_RULES` has it. */
export interface ClassTerms {
  readonly keep?: { readonly min: Millis | null; readonly max: Millis | null };
  readonly mask?: ClassMask;
  readonly exported?: ExportTerms;
  readonly crosses?: boolean;
  readonly region?: string;
}

/** A place for segments. */
export interface ObjectsPlace {
  readonly name: string;
  /** A directory by its absolute path, or `s3://<bucket>/<prefix>`; null for the data directory itself. */
  readonly location: string | null;
  readonly region: string | null;
  /** Buckets: how they are reached. `credentials` is a file in the folder `places` of the data directory. */
  readonly s3?: { readonly endpoint?: string; readonly region?: string; readonly credentials: string };
}

export interface DeviceType {
  readonly name: string;
  readonly description: string | null;
  readonly identity: 'x509' | 'did' | 'psk';
  readonly power: 'mains' | 'battery' | 'harvested';
  readonly boot: 'measured' | 'verified' | 'none';
  readonly lifetime: Millis | null;
  /** Types of devices that a device of this type may be allowed to publish for. */
  readonly speaksFor: readonly string[];
  /** Life and renewal window of certificates; `certificateTerms` fills in what is absent. */
  readonly certificate?: { readonly life?: Millis; readonly renewBefore?: Millis };
  /** Manufacturers whose certificates let devices of this type enrol. */
  readonly manufacturers?: readonly string[];
  /** Class of RFC 7228; absent where it is not constrained. */
  readonly class?: 'c0' | 'c1' | 'c2' | 'unconstrained';
  /** What it lacks; absent where nothing is named. */
  readonly cannot?: readonly string[];
  /** What makes up for that, by ability. */
  readonly compensate?: Readonly<Record<string, string>>;
  /** When its maker ends the support. */
  readonly supportEnds?: Micros;
  /** What is done about one certificate in use twice; absent for an alert. */
  readonly clones?: 'alert' | 'cut-newer' | 'cut-both';
  /** What is done about tampering, where it is more than an alert. */
  readonly tampering?: Readonly<Partial<Record<TamperKind, Containment>>>;
  /** How long a good report of its state counts; absent for ever. */
  readonly posture?: Millis;
  /** What it needs of the network (RFC 8520): the file that the template names, and its text. */
  readonly mud?: { readonly file: string; readonly text: string };
}

/** A maker of devices that come with a certificate of its own. @see IEEE 802.1AR */
export interface Manufacturer {
  readonly name: string;
  /** PEM of the authorities that its device certificates are checked against. */
  readonly anchors: string;
}

export interface Stream {
  readonly name: string;
  readonly description: string | null;
  /** `flow` where its readings are network flows, with the fields of one; absent otherwise. */
  readonly type?: 'flow';
  /** Device types that may publish to it. */
  readonly from: readonly string[];
  readonly purposes: readonly string[];
  readonly basis:
    | 'consent'
    | 'contract'
    | 'legal-obligation'
    | 'vital-interests'
    | 'public-task'
    | 'legitimate-interests'
    | null;
  readonly keep: { readonly min: Millis | null; readonly max: Millis | null };
  /** How far a reading's time may lie behind and ahead of the clock. */
  readonly accept: { readonly late: Millis; readonly early: Millis };
  /** Readings per device: a token bucket filled at `perSecond`, holding `burst`. */
  readonly rate: { readonly perSecond: number; readonly burst: number };
  /** Field that names the person the reading is about. */
  readonly subject: string | null;
  readonly undeclared: 'drop' | 'refuse';
  readonly onRefusal: 'acknowledge' | 'disconnect';
  /** True where the stream may start although the running version does not enforce all it declares. */
  readonly acceptUnenforced: boolean;
  /** `required` takes readings only from devices whose posture is fresh; absent where nothing is asked of it. */
  readonly posture?: 'required';
  /** What may be told of its people through private views; absent where none may be made from it. */
  readonly privacy?: PrivacyRules;
  /** Grid that times of readings and of their receipt are put on, downwards; absent where they are as they came. */
  readonly coarsenTime?: Millis;
  /** Present where no reading is stored, but one row of each device and window. */
  readonly aggregate?: Aggregation;
  /** Of its rows. What readings have where `aggregate` is present stands there; see `intakeFields`. */
  /** Where its readings have to stay; absent where the template says it for all. */
  readonly region?: string;
  /** When its segments go to another place; absent where they stay. */
  readonly archive?: { readonly after: Millis; readonly to: string };
  /** Present where a statement without a purpose sees what needs none, although there are several to choose from. */
  readonly unstated?: 'show';
  readonly fields: readonly Field[];
  /** What is computed of its readings beside what is found by default; absent where nothing is declared. */
  readonly features?: ReadonlyMap<string, FeatureRule>;
}

/** What is kept of the values of a field in a window. */
export type Measure = 'mean' | 'min' | 'max' | 'count';

/** How readings become rows at the door. */
export interface Aggregation {
  /** Length of a window. They begin at whole multiples of it since 1970 and include their beginning. */
  readonly every: Millis;
  /** How long after its end a window takes readings. */
  readonly wait: Millis;
  /** Fields that are kept as they are: a window has a row for each combination of them. */
  readonly by: readonly string[];
  readonly of: readonly { readonly field: string; readonly measures: readonly Measure[] }[];
  /** Fields of readings as they are declared. */
  readonly intake: readonly Field[];
}

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** Unit of measure in UCUM, such as `Cel`; null where none is. */
  readonly unit: string | null;
  /** Inclusive bounds; null at either end where open. Numbers, or epoch microseconds for `time`. */
  readonly range: readonly [number | null, number | null] | null;
  /** Largest change per second between two consecutive readings of one device. */
  readonly step: { readonly perSecond: number } | null;
  readonly class: Class;
  readonly enum: readonly string[] | null;
  /** RE2 syntax, matched against the whole text in linear time. */
  readonly pattern: string | null;
  /** In UTF-16 code units; texts only. */
  readonly maxLength: number;
  /** A nullable field may be null or absent; any other must be there. */
  readonly nullable: boolean;
  readonly description: string | null;
  /**
   * Grid that the value is put on at entry: in the field's unit, rounded; of times in microseconds, downwards. Absent
   * where none is declared.
   */
  readonly coarsen?: number;
  /** What the field is for, where that is not all that its stream is for. */
  readonly purposes?: readonly string[];
  /** True where nobody uses any of `purposes`: then no value of it is stored. Worked out, never written. */
  readonly withheld?: true;
  /** Domain of the tokens that replace its values on entry; absent where none is named. See `tokenDomainOf`. */
  readonly tokenise?: string;
  /** Which tokens those are; absent for such as have no way back. */
  readonly token?: TokenKind;
}

/**
 * How much answers with noise may tell, over all private views and everybody who asks, of one person (the stream's
 * `subject`, else the device).
 */
export interface PrivacyRules {
  readonly epsilon: number;
  readonly delta: number;
  /** ε of a statement that does not say how much it may cost. */
  readonly query: number;
  /** Rows of one person that count in an answer at most; more weigh less each. */
  readonly rows: number;
  /** Rows received within each period of this length have a budget of their own; null for one budget for ever. */
  readonly renew: Millis | null;
  /** Shares of the budget by role, of 1 together at most; who has none shares what is left. */
  readonly allot: Readonly<Record<string, number>>;
}

/** Tokens with a way back: by the vault, or since they keep the format of their originals. */
export type TokenKind =
  | { readonly kind: 'reversible' }
  | { readonly kind: 'format'; readonly alphabet: string; readonly length: readonly [least: number, most: number] };

/** A declared SQL view over streams, tables and other views. */
export interface View {
  readonly name: string;
  readonly from: readonly string[];
  readonly sql: string;
  readonly purposes: readonly string[];
  readonly description: string | null;
  /** Present where rows of it are never shown: it answers aggregates with noise. */
  readonly private?: true;
  /** Private views: the values by which answers may be grouped, by column; absent where none are listed. */
  readonly keys?: Readonly<Record<string, readonly string[]>>;
  /** Columns that are less strict than what they are made from; absent where none are. */
  readonly declassify?: readonly Declassification[];
  /** Present where it is an aggregate that may be given to who asks from outside its region. */
  readonly crosses?: true;
  readonly unstated?: 'show';
}

/** A named rule by which columns of a view have a milder class than their sources. */
export interface Declassification {
  readonly rule: string;
  readonly columns: readonly string[];
  readonly to: Class;
  readonly because: string;
}

/** A governed reference table, filled by `weir table load`. */
export interface ReferenceTable {
  readonly name: string;
  readonly description: string | null;
  readonly purposes: readonly string[];
  readonly unstated?: 'show';
  readonly fields: readonly Field[];
}

/** What a group of people may do. */
export interface Role {
  readonly name: string;
  readonly description: string | null;
  /** Views (stream, table and system views included) that the role may query. */
  readonly query: 'all' | readonly string[];
  readonly purposes: readonly string[];
  /** Classes it sees in clear; other columns do not exist for it. */
  readonly sees: readonly Class[];
  /** Row filters by view: SQL conditions over the view's columns. */
  readonly rows: ReadonlyMap<string, string>;
  /** Columns it sees masked, by `view.column`: `null`, `hash`, `bucket:N`, `round:N` or `year|month|day|hour`. */
  readonly masks: ReadonlyMap<string, string>;
  /** Further actions: administer, audit, prove, quarantine, command, enrol, table, replay. */
  readonly may: readonly string[];
  /** Where its people and programs are, unless their account says otherwise; absent where the platform is. */
  readonly region?: string;
}

/** How people and programs sign in. */
export interface SignInRules {
  readonly session: { readonly life: Millis; readonly idle: Millis };
  /** Identity providers by name. */
  readonly issuers: ReadonlyMap<string, Issuer>;
}

/** Who may vouch for people and programs. */
export interface Issuer {
  readonly name: string;
  readonly description: string | null;
  /** As its tokens name it: compared letter by letter. */
  readonly url: string;
  /** Audiences of which its access tokens must name one; with none, no access token of it is taken. */
  readonly audience: readonly string[];
  readonly keys: IssuerKeys;
  /** PEM of the authorities that its address is checked against; null takes those of Node. */
  readonly ca: string | null;
  readonly algorithms: readonly string[];
  readonly clockSkew: Millis;
  /** True where its access tokens count only with proof of possession. */
  readonly proof: boolean;
  /** Present where DPoP proofs count only with a nonce of the platform's (RFC 9449 section 9). */
  readonly nonce?: true;
  readonly roles: readonly RoleRule[];
  /** How people sign in through it; null where they do not. */
  readonly login: { readonly client: string; readonly scopes: readonly string[] } | null;
}

/** Where the public keys of an issuer come from. */
export type IssuerKeys =
  | { readonly from: 'discovery' }
  | { readonly from: 'address'; readonly url: string }
  | { readonly from: 'template'; readonly keys: readonly Readonly<Record<string, string | readonly string[]>>[] };

/** A role and the claims that give it: all of them, each with one of its values. */
export interface RoleRule {
  readonly role: string;
  readonly claims: readonly { readonly claim: string; readonly values: readonly (string | boolean)[] }[];
}

export interface Detection {
  readonly stream: string;
  /** At most this many false alarms per device and second. */
  readonly budget: { readonly alarms: number; readonly per: Millis } | null;
  /** Shares of the readings and of a processor that dearer detectors may take; what is left out is as usual. */
  readonly tiers?: {
    readonly suspicious?: number;
    readonly sample?: number;
    readonly processor?: number;
    /** Bytes that detectors which follow single devices may take. */
    readonly memory?: number;
  };
  /** What judges it, groups taken apart; absent where the standard detectors do. */
  readonly detectors?: readonly DetectorChoice[];
  /** Field whose value conditions what is usual. */
  readonly state?: string;
  /** Calendars that condition what is usual. */
  readonly calendars?: readonly Calendar[];
  /** Fields that are signs of tampering, by what they are a sign of. */
  readonly signs?: Readonly<Partial<Record<'case-open' | 'sensor-id' | 'boot-count', string>>>;
  readonly physics?: readonly PhysicsRule[];
  /** How it is tried for drift; absent where nothing is declared of it. */
  readonly drift?: DriftDeclaration;
}

export interface DriftDeclaration {
  /** Time from one false alarm of the stream to the next, on average and at least. */
  readonly atMostEvery: Millis | null;
  /** Time that is learnt before anything is told: at least one turn of what comes and goes. */
  readonly season: Millis | null;
}

/** What may be done to a device by somebody who has it in their hands, and what is done about it. */
export type TamperKind = (typeof TAMPER_KINDS)[number];
export type Containment = (typeof CONTAINMENTS)[number];
/** Where alerts are sent to. */
export interface Webhook {
  readonly name: string;
  readonly url: string;
  /** File in the folder `webhooks` of the data directory with what messages are signed with. */
  readonly secret: string;
  /** Alerts that are less grave are not sent. */
  readonly severity: 'low' | 'medium' | 'high' | 'critical';
  /** `private` lets it be reached at private addresses too. */
  readonly network: 'public' | 'private';
  /** File there with certificates of the receiver's authority; null for those that are known anyway. */
  readonly authority: string | null;
  /** Where the receiver stands; absent where the platform does. */
  readonly region?: string;
}

export interface Listen {
  readonly address: string;
  readonly mqtt: number;
  readonly https: number;
  readonly api: number;
  /** Plain HTTP for lists of revoked certificates and OCSP; absent where nothing listens so. */
  readonly status?: number;
}

/** How the API meets those who call it. */
export interface ApiRules {
  /** Where to report a weakness, as URIs. */
  readonly contact: readonly string[];
  /** Web origins that may call it with a bearer token. */
  readonly origins: readonly string[];
  /** Actions whose requests must be signed. */
  readonly signatures: readonly string[];
}

/** Where traces of requests go. */
export interface TraceRules {
  /** Where a collector takes OTLP over HTTP. */
  readonly endpoint: string;
  /** File in the folder `traces` of the data directory with fields that are sent along; null for none. */
  readonly headers: string | null;
  /** Share of requests that are traced, 0 to 1. */
  readonly sample: number;
}

export interface TlsRules {
  readonly minimum: '1.3' | '1.2';
  /** `require` refuses clients without a hybrid post-quantum key exchange. */
  readonly hybrid: 'prefer' | 'require';
}

/** Which algorithms new signatures are made with. */
export interface CryptoRules {
  /** What each new checkpoint of the log is signed with, at least one. */
  readonly checkpoints: readonly CheckpointAlgorithm[];
  /** What new certificates of devices, people and programs are signed with. */
  readonly certificates: CertificateAlgorithm;
}

/** Every bound on what comes from outside. Defaults and meanings stand in `docs/reference/limits.md`. */
export interface Limits {
  readonly payloadBytes: number;
  readonly batchReadings: number;
  readonly decompressedBytes: number;
  readonly depth: number;
  readonly fields: number;
  readonly textLength: number;
  readonly connections: number;
  readonly connectionsPerDevice: number;
  readonly inFlight: number;
  readonly topicAliases: number;
  readonly sessionExpiry: Millis;
  readonly keepAlive: Millis;
  readonly connectTimeout: Millis;
  readonly outgoingBytes: number;
  readonly requestTimeout: Millis;
  readonly seqWindow: number;
  readonly queryTime: Millis;
  readonly queryMemoryBytes: number;
  readonly queryRows: number;
  readonly queriesAtOnce: number;
  readonly datasetRows: number;
  readonly datasetTime: Millis;
  readonly datasetsAtOnce: number;
  readonly quarantineBytes: number;
  readonly quarantineAge: Millis;
  readonly devices: number;
  readonly callerRequests: number;
  readonly routeRequests: number;
  readonly strangerRequests: number;
  readonly newTokens: number;
  /** Originals in the vault of reversible tokens. */
  readonly vaultValues: number;
}

/** One finding about a template file. */
export interface Diagnostic {
  readonly code: string;
  readonly file: string;
  /** One-based. */
  readonly line: number;
  readonly column: number;
  /** What was found and what would be right. */
  readonly message: string;
  /** The nearest right spelling, where one is near. */
  readonly nearest: string | null;
}
