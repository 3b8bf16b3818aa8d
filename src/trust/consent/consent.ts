import type { Micros } from '#base/core/index.ts';

/** A personal datum that a consent covers, as the template declared it when the consent was given. */
export interface ConsentedField {
  readonly name: string;
  readonly class: string;
}

/** Something that happened to a consent; times in epoch microseconds. */
export interface ConsentEvent {
  readonly kind: 'given' | 'withdrawn';
  readonly at: Micros;
  readonly purposes: readonly string[];
}

/** What the person was told. */
export interface ConsentNotice {
  /** Where the notice can be read, as a URI. */
  readonly url: string;
  /** Language of the notice. @see BCP 47 */
  readonly language: string | null;
}

/**
 * What was agreed to when a consent was given: a copy, so that a later template does not change what somebody said yes
 * to.
 */
export interface ConsentTerms {
  readonly purposes: readonly string[];
  readonly fields: readonly ConsentedField[];
  /** Name of the deployment that processes the data. */
  readonly controller: string;
  readonly region: string;
  /** How long readings are kept at most, in milliseconds; null where nothing is declared. */
  readonly keep: number | null;
  /** Roles that may see them. */
  readonly recipients: readonly string[];
  readonly notice: ConsentNotice | null;
  /** How the person said so, such as `form` or `app`; in words of whoever recorded it. */
  readonly method: string | null;
}

/** One consent of one person to a stream. */
export interface Consent {
  readonly id: string;
  readonly stream: string;
  /** What the subject field of the stream's rows holds: a token, or the value itself where the field is not tokenised. */
  readonly subject: string;
  readonly given: Micros;
  /** Null where it holds until it is withdrawn. */
  readonly expires: Micros | null;
  /** True while nobody has confirmed it after a gap in the log. */
  readonly suspended: boolean;
  readonly terms: ConsentTerms;
  /** In the order in which they happened. */
  readonly events: readonly ConsentEvent[];
}

/** What a consent is at a time, as a whole. */
export type ConsentState = 'given' | 'suspended' | 'expired' | 'withdrawn';

/** When a purpose of a consent was withdrawn; null where it was not. */
export function withdrawnAt(consent: Consent, purpose: string): Micros | null {
  return consent.events.find(({ kind, purposes }) => kind === 'withdrawn' && purposes.includes(purpose))?.at ?? null;
}

/** The purposes of a consent that stand at a time: given, neither withdrawn nor expired nor suspended. */
export function standingPurposes(consent: Consent, now: Micros): readonly string[] {
  return stateOf(consent, now) === 'given' ? openPurposes(consent) : [];
}

/** The purposes that were given and not withdrawn. */
export function openPurposes(consent: Consent): readonly string[] {
  return consent.terms.purposes.filter((purpose) => withdrawnAt(consent, purpose) === null);
}

export function stateOf(consent: Consent, now: Micros): ConsentState {
  if (openPurposes(consent).length === 0) return 'withdrawn';
  if (consent.expires !== null && consent.expires <= now) return 'expired';
  return consent.suspended ? 'suspended' : 'given';
}
