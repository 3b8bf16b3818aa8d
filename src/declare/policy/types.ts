import type { CedarValue } from './cedar-engine.ts';
import type { Class, FieldType } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { Action, ResourceType } from './actions.ts';
import type { Posture } from './posture.ts';
import type { Strength } from './strength.ts';

/** Whether a subject may act at all at this moment, whatever it is granted. */
export type Standing = 'good' | 'disabled' | 'revoked' | 'contained';

/** Who asks, as identity has established it. */
export interface Subject {
  /** A pseudonymous id; for a device its name. */
  readonly id: string;
  /** A person, a program, a device, the operator's own credential, or software that acts for a person. */
  readonly kind: 'person' | 'service' | 'device' | 'operator' | 'agent';
  /** Roles of the template's `people`; names that the template does not have grant nothing. */
  readonly roles: readonly string[];
  readonly standing: Standing;
  /** Device type; null for all but devices. */
  readonly deviceType: string | null;
  /** How well they have shown who they are; absent where that was not told, which is less than any. */
  readonly strength?: Strength;
  /** What the credential that was shown is for; absent where it is for all that its holder may. */
  readonly scope?: Scope;
  /** Where they are, by their account; absent where their roles or the platform say. */
  readonly region?: string;
  /** For whom an agent acts: it may what both may, so an agent without one may nothing. */
  readonly actsFor?: Subject;
}

/**
 * What a credential may be used for, within what its holder may. It never grants: a scope that names more than the
 * holder has is worth no more than the holder has. `null` leaves a dimension open.
 */
export interface Scope {
  readonly actions: readonly Action[] | null;
  /** Streams, tables and views; actions on data on anything else are not for this credential. */
  readonly views: readonly string[] | null;
  /** Purposes for which data may be asked; with a list, asking without a purpose is not for this credential either. */
  readonly purposes: readonly string[] | null;
}

export interface Resource {
  readonly type: ResourceType;
  /** `*` where the type has but one, such as the platform. */
  readonly name: string;
}

/** What else a rule may need to know. A rule whose context is missing denies. */
/** A row as policies know it, by `rowOf`: an attribute that is not there is one that the row has no value for. */
export type CedarRow = Readonly<Record<string, CedarValue>>;

export interface AccessContext {
  /** publish: the device that the readings are about, the sender itself or one that it speaks for. */
  readonly about?: { readonly name: string; readonly type: string };
  /** publish for another: device types that the inventory lets this very device speak for. */
  readonly speaksFor?: readonly string[];
  /** approve: who made the proposal. */
  readonly proposer?: string;
  /** query, export, detokenise: the columns of the relation; needed for declared views and system views. */
  readonly lineage?: Lineage;
  /** What is known of the state of the device that asks. */
  readonly posture?: Posture;
  /** Now, in epoch microseconds. */
  readonly time?: number;
  /** Transfers that are recorded and in force. The decision point has them; who asks need not. */
  readonly transfers?: readonly RegionTransfer[];
  /** Address that the request came from. No address is trusted; a policy may only ask for more from some. */
  readonly address?: string;
  /** query, export, detokenise: the one row that is asked about, where that is known; absent for all rows of the view. */
  readonly row?: CedarRow;
}

/** Data of one region may be given to who is in another, and kept there. */
export interface RegionTransfer {
  readonly from: string;
  readonly to: string;
}

export interface AccessRequest {
  readonly subject: Subject;
  readonly action: Action;
  readonly resource: Resource;
  readonly purpose: string | null;
  readonly context: AccessContext;
}

/** The columns that a relation turned out to have. */
export interface Lineage {
  /** Each column with the strictest class of the columns that it is made from. */
  readonly columns: readonly ClassedColumn[];
  /** Classes that stored segments were written under, by column: the stricter of it and the present class governs. */
  readonly stored?: ReadonlyMap<string, Class>;
  /** Columns of which something is stored that is no token, whatever they are declared to be: their class governs. */
  readonly originals?: ReadonlySet<string>;
  /** Regions that stored segments are labelled with: they have to stay there, whatever is declared by now. */
  readonly regions?: readonly string[];
}

export interface ClassedColumn {
  readonly name: string;
  readonly class: Class;
  /**
   * The class whose grant it takes to see it where that is milder than its own, as for the tokens of identifiers:
   * what they stand for is not there, so they are seen with the view. Purpose, keys and retention follow `class`.
   */
  readonly seenAs?: Class;
  /** Type of its values; absent where it is none that fields can have. */
  readonly type?: FieldType;
}

/** Why a request is decided as it is. */
export type Reason =
  | 'granted'
  | 'subject-unknown'
  | 'action-unknown'
  | 'resource-unknown'
  | 'context-missing'
  | 'disabled'
  | 'revoked'
  | 'contained'
  | 'not-for-devices'
  | 'only-for-devices'
  | 'own-proposal'
  | 'not-spoken-for'
  | 'beyond-scope'
  | 'posture'
  | 'forbidden'
  | 'not-granted'
  | 'purpose-not-granted'
  | 'purpose-not-served'
  | 'no-column'
  | 'beyond-region'
  | 'no-row'
  | 'rows-unknown';

/** What has to be done to an answer before it is given: which columns exist, which are masked, which rows count. */
export interface QueryObligations {
  /** Visible columns in the order of the relation; `mask` is null where seen in clear. */
  readonly columns: readonly VisibleColumn[];
  /** SQL condition over the relation's columns, visible or not, that every row must meet; null for none. */
  readonly rowFilter: string | null;
}

export interface VisibleColumn {
  readonly name: string;
  readonly mask: string | null;
}

/** Why a column does not exist for a subject. */
export interface HiddenColumn {
  readonly name: string;
  readonly class: Class;
  readonly why: 'secret' | 'class' | 'purpose' | 'basis' | 'region' | 'export' | 'policy';
}

export interface Decision {
  readonly effect: 'allow' | 'deny';
  readonly reason: Reason;
  /** The rule that decided: a rule of the platform such as `forbid-own-proposal`, or a place in the template. */
  readonly rule: string;
  /** Every policy that decided, those about columns among them; empty where none applied. */
  readonly policies: readonly string[];
  /** Null unless the request was for data and is allowed. */
  readonly obligations: QueryObligations | null;
}

export interface QueryDecision extends Decision {
  /** Columns that the relation has and the subject does not see. For the log and explanations, never for the subject. */
  readonly hidden: readonly HiddenColumn[];
}

/** The seam that callers depend on; `DecisionPoint` is its own implementation. */
export type Decide = (request: AccessRequest, template: Template) => Decision;
