import type { AuditSink, Clock, Log, Micros } from '#base/core/index.ts';
import type { TokenDesk } from '../tokens/token-desk.ts';
import type { ControlOutcome } from '#assure/controls/index.ts';
import type { ProcessingRecord } from '#assure/privacy/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { DecisionPoint, Subject } from '#declare/policy/index.ts';
import type { LogSource, PlacedEntry } from '#trust/audit/index.ts';
import type { ConsentReceipts, Consents } from '#trust/consent/index.ts';
import type { Identity } from '#trust/identity/index.ts';
import type { Parameters, ResultFormat } from '#flow/query/index.ts';
import type { KnownBaseline } from '#watch/detect/index.ts';
import type { Webhooks } from '../watch/webhooks.ts';
import type { AlertBook, RuleBook } from '#watch/respond/index.ts';
import type { CryptoInventory } from '../crypto/crypto-inventory.ts';
import type { PlatformStatus } from '../platform-status.ts';
import type { Dataset, DatasetRequest } from '../datasets/dataset.ts';
import type { RetentionKeeper } from '../control/retention-keeper.ts';
import type { Going } from '../control/retention-plan.ts';
import type { TransferBook } from '../control/transfer-book.ts';
import type { UnreadJournal } from '../control/unread-journal.ts';
import type { BackupKeeper } from '../backup/backup-keeper.ts';
import type { PrivacyBudgets } from '../control/privacy-budgets.ts';
import type { EncryptedSums } from '../control/encrypted-sums.ts';
import type { ReleaseDesk } from '../control/release-desk.ts';
import type { RightsKeeper } from '../rights/rights-keeper.ts';
import type { LeftOutBook } from '../control/left-out-book.ts';
import type { KeyKeeper } from '../control/key-keeper.ts';
import type { SegmentHost } from '../control/segment-host.ts';
import type { ReceiptDesk } from '../receipts/receipt-desk.ts';
import type { SealedRelation } from '../query/query-data.ts';
import type { StatementBook } from '../query/statement-book.ts';
import type { Proposal, ProposalActor, ProposalBook } from '../control/proposal-book.ts';
import type { AppliedTemplate } from '../control/template-service.ts';
import type { TemplateSource, TemplateVersions } from '../control/template-versions.ts';
import type { ActiveSpan } from '../trace/active-span.ts';
import type { SpanExporter } from '../trace/span-exporter.ts';
import type { Tracer } from '../trace/tracer.ts';
import type { Caller, SignInFailure } from './caller.ts';
import type { RequestMetrics } from './request-metrics.ts';
import type { StreamedReply } from './streamed-reply.ts';

/** A statement as somebody asks it. */
export interface QueryRequest {
  readonly sql: string;
  /** Values by position, or by name. */
  readonly parameters: Parameters;
  readonly purpose: string | null;
  readonly format: ResultFormat;
  /** Binds the answer into the log, from sealed segments alone, for a receipt to be asked for. */
  readonly receipt?: boolean;
  /** ε that an answer of a private view may cost; absent for what its stream says. */
  readonly epsilon?: number;
  /** Asks this relation alone, whose rows the caller was decided to be allowed; set by the platform itself. */
  readonly over?: SealedRelation;
  /** The step that it is part of, where it is traced. */
  readonly span?: ActiveSpan | null;
}

/** Answers statements over governed views. */
export interface Queries {
  run(caller: Caller, request: QueryRequest, signal: AbortSignal): Promise<StreamedReply>;
  /** The relations that a subject may ask, with the columns that it sees. */
  describe(caller: Caller, purpose: string | null): Promise<readonly unknown[]>;
  /** What became of a statement that this subject ran, by the id that its answer names. */
  outcome(id: string, subject: Subject): unknown;
}

/** Frozen answers, for those who may see what they were made from. */
export interface Datasets {
  create(caller: Caller, request: DatasetRequest, signal: AbortSignal): Promise<Dataset>;
  list(caller: Caller): Promise<readonly Dataset[]>;
  show(caller: Caller, name: string, version?: number): Promise<Dataset>;
  rows(
    caller: Caller,
    dataset: Dataset,
    asked: Pick<QueryRequest, 'format' | 'span'> & { readonly columns: readonly string[] | null },
    signal: AbortSignal,
  ): Promise<StreamedReply>;
  remove(actor: string, dataset: Dataset): Promise<void>;
  /** When it goes, in epoch microseconds; null for never. */
  endOf(dataset: Dataset): Micros | null;
  /** What the erasure of a person takes of it; null where its streams do not say whose their readings are. */
  erasureOf(dataset: Dataset): 'rows' | 'whole' | null;
  /** What it leaves out of itself by now, since somebody agrees no longer; null where its rows are not there by consent. */
  leftOut(dataset: Dataset): Promise<{ readonly subjects: number; readonly rows: number } | null>;
}

/** Versions of the template. */
export interface Templates {
  readonly current: Template;
  plan(source: TemplateSource): unknown;
  apply(source: TemplateSource, by: ProposalActor): Promise<Applied>;
}

/** What became of a template: where it waits for a second person there is a proposal. */
export type Applied = Pick<AppliedTemplate, 'proposal'>;

/** Changes of the template that wait for a second person. */
export interface Proposals extends Pick<ProposalBook, 'list' | 'find' | 'proposerOf'> {
  goingWith(id: string): Promise<readonly Going[]>;
  approve(id: string, shown: string, by: ProposalActor): Promise<Applied>;
  reject(id: string, reason: string | undefined, by: ProposalActor): Promise<Proposal>;
}

/** Commands and configuration for devices. */
export interface Commands {
  send(command: {
    device: string;
    name: string;
    payload: string;
    retain: boolean;
  }): Promise<{ id: string; state: string }>;
}

/** Refused readings that were kept. */
export interface QuarantineReader {
  list(filter: { device?: string; stream?: string; limit: number }): Promise<readonly unknown[]>;
  show(id: string): Promise<unknown>;
}

/** Reference tables. */
export interface Tables {
  load(table: string, contentType: string, body: AsyncIterable<Uint8Array>, actor: string): Promise<{ rows: number }>;
  /** Rows that a table has, which loading replaces. */
  count(table: string): number;
}

/** How far a run of controls has come. */
export interface ProveProgress {
  readonly running: boolean;
  /** When it began, or the last one did; null before the first. @see RFC 3339 */
  readonly begun: string | null;
  /** Whether it ended by a fault of the platform's own, without evidence. */
  readonly brokeOff: boolean;
  /** Controls that the run tries in all. */
  readonly of: number;
  /** Those that have ended, in their order. */
  readonly ended: readonly Pick<ControlOutcome, 'row' | 'id' | 'outcome'>[];
}

export interface Prover {
  prove(
    selection: { rows: readonly number[]; ids: readonly string[] },
    caller: Caller,
  ): Promise<{ controls: readonly ControlOutcome[]; bundle: string }>;
  /** How far the run under way has come, or the last one came. */
  progress(): ProveProgress;
  /** The evidence bundle of the last run that ended, whoever asked for it; null before the first. */
  lastBundle(): Promise<string | null>;
  /** Public keys of the evidence bundles, as text. */
  verifierKeys(): Promise<readonly string[]>;
}

export interface AuditReader {
  readonly source: LogSource;
  readonly verifierKeys: readonly string[];
  /** Entries from an index on that a checkpoint has. */
  entries(from: number, limit: number): Promise<readonly PlacedEntry[]>;
  prove(index: number): Promise<string>;
}

/** What routes work with; the composition makes it. */
export interface Services {
  readonly clock: Clock;
  readonly log: Log;
  readonly audit: AuditSink;
  readonly auditReader: AuditReader;
  readonly identity: Identity;
  readonly decisions: DecisionPoint;
  /** Counts an attempt to sign in that failed, for the log. */
  signInFailed(address: string, reason: SignInFailure, actor: string): void;
  readonly templates: Templates;
  /** Versions of the template that were in force, as they were handed in. */
  readonly templateVersions: Pick<TemplateVersions, 'applications' | 'handedIn'>;
  readonly proposals: Proposals;
  readonly queries: Queries;
  readonly receipts: Pick<ReceiptDesk, 'show'>;
  readonly datasets: Datasets;
  readonly keyReleases: { unwrap(caller: Caller, handle: string, purpose: string | null): Promise<string> };
  /** Segments, what they were made from, and what took their place. */
  readonly segmentLineage: SegmentHost['lineage'];
  /** Originals of statements by the digest that the log has. */
  readonly statements: Pick<StatementBook, 'find'>;
  /** From tokens to originals and back. */
  readonly tokenDesk: Pick<TokenDesk, 'originals' | 'tokens'>;
  readonly commands: Commands;
  readonly quarantine: QuarantineReader;
  readonly tables: Tables;
  readonly retention: Pick<
    RetentionKeeper,
    | 'plan'
    | 'hold'
    | 'release'
    | 'goingWithout'
    | 'listHolds'
    | 'certificates'
    | 'certificate'
    | 'addenda'
    | 'uncertified'
  >;
  readonly unreadJournal: Pick<UnreadJournal, 'list' | 'discard'>;
  readonly transfers: Pick<TransferBook, 'list' | 'record' | 'end'>;
  readonly consents: Pick<
    Consents,
    'give' | 'withdraw' | 'confirm' | 'find' | 'list' | 'asShown' | 'standing' | 'excludedSubjects' | 'suspended'
  >;
  /** What readings lost on entry. */
  readonly leftOut: Pick<LeftOutBook, 'sums'>;
  readonly consentReceipts: Pick<ConsentReceipts, 'sign' | 'verifierKeys'>;
  readonly backups: Pick<BackupKeeper, 'show' | 'create' | 'run' | 'forget'>;
  readonly webhooks: Pick<Webhooks, 'all'>;
  readonly alerts: Pick<AlertBook, 'list' | 'get' | 'answer' | 'onChange' | 'changedAfter' | 'countAfter'>;
  readonly alertRules: Pick<RuleBook, 'all' | 'add' | 'revert'>;
  /** What is normal for a device; null where nothing is watched. */
  readonly baseline: (device: string) => Promise<readonly KnownBaseline[] | null>;
  /** What answers with noise may still tell. */
  readonly privacy: Pick<PrivacyBudgets, 'list'>;
  readonly encryptedSums: Pick<EncryptedSums, 'add'>;
  readonly releases: Pick<ReleaseDesk, 'ask' | 'list' | 'approve' | 'export' | 'askerOf'>;
  readonly rights: Pick<RightsKeeper, 'find' | 'erase' | 'rectify' | 'restrict' | 'lift' | 'export' | 'requests'>;
  /** The record of processing as of now. */
  readonly processingRecord: () => Promise<ProcessingRecord>;
  readonly prover: Prover;
  /** Every algorithm, key and certificate in use. */
  readonly cryptoInventory: () => Promise<CryptoInventory>;
  readonly keyKeeper: Pick<KeyKeeper, 'list' | 'rotate' | 'retire' | 'destroy'>;
  /** Lets devices bring old readings in until a time (epoch microseconds). */
  grantImport(grant: {
    readonly stream: string;
    readonly devices: readonly string[];
    readonly until: number;
  }): Promise<void>;
  /** Values of tokenised fields that a device brought in the last day and that were new to the worker that took them. */
  newTokens(device: string): Promise<number>;
  /** Columns of sealed segments with the class and domain that they were sealed under. */
  segmentColumns(): Promise<
    readonly { segment: string; stream: string; column: string; class: string; domain: string }[]
  >;
  status(): Promise<PlatformStatus>;
  /** Whether every process runs. */
  ready(): boolean;
  /** Counts of the API's own requests. */
  readonly requests: RequestMetrics;
  readonly tracer: Pick<Tracer, 'begin'>;
  /** What became of traces, for metrics. */
  readonly spans: Pick<SpanExporter, 'families'>;
}
