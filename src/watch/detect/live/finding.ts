import { encodeUtf8 } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';

/** How far beyond the limit a score was. */
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One reason why a reading is unusual. */
export type Cause = {
  readonly field: string;
  readonly unit: string | null;
  /** Its part of the score, 0 to 1. */
  readonly share: number;
  /** Null where the class of the field keeps values out of alerts. */
  readonly value: number | null;
  /** What is usual for this device; null where it is not shown. */
  readonly usual: readonly [number, number] | null;
  /** How many standard deviations from usual. */
  readonly deviation: number;
  /** The value nearest to what was read with which there would have been no alert; null where there is none. */
  readonly wouldPass: number | null;
  /** Detectors that would have passed it with that value; of others it is not known. Absent where there is no such value. */
  readonly wouldPassFor?: readonly string[];
  /** Present where it is a place among the other devices of the stream and type: in which field, above how many, of how many. */
  readonly peers?: {
    readonly of: string;
    readonly unit: string | null;
    readonly below: number;
    readonly others: number;
  };
};

/** A reading as it is shown: null for what is missing or not shown. */
export type ShownReading = {
  /** Epoch microseconds. */
  readonly time: number;
  readonly values: Readonly<Record<string, number | null>>;
};

/** A detector that was beyond its limit. */
export type FiredDetector = {
  readonly name: string;
  readonly score: number;
  readonly limit: number;
  /** Readings beyond the limit. */
  readonly readings: number;
};

/** An entry of the log as it is shown. */
export type ShownEvent = {
  /** Its place in the log. */
  readonly index: number;
  /** Epoch microseconds. */
  readonly time: number;
  readonly action: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly actor: string;
  readonly resource: string;
  /** How many it stands for, where it sums up. */
  readonly count: number;
};

/** The rule that found something in the log, and what it is about. */
export type RuleFinding = {
  readonly name: string;
  /** What its events have in common, by the fields that the rule groups by. */
  readonly about: Readonly<Record<string, string>>;
  /** Devices, networks and people that its events name; of many, the first. */
  readonly devices: readonly string[];
  readonly addresses: readonly string[];
  readonly actors: readonly string[];
  /** The first and the latest entries that led to it. */
  readonly events: readonly ShownEvent[];
  /** How many there were. */
  readonly total: number;
};

/** A rule that readings of a device broke, or a sign of tampering: its kind, and the rule or what was seen, in words. */
export type Violation = { readonly kind: string; readonly rule: string };

/** Something unusual that detectors found on a device, from its first reading to its last, or a rule in the log. */
export type Finding = {
  /** Digest of device, stream, the detector that was first, and start. */
  readonly id: string;
  /** Null where it is about no one device, or no one stream. */
  readonly device: string | null;
  readonly stream: string | null;
  /** Devices that it is about, where it is about several; of very many, the first by name. */
  readonly devices?: readonly string[];
  /** Absent where readings led to it. */
  readonly rule?: RuleFinding;
  /** What was violated, where that is no matter of what is usual. */
  readonly violates?: Violation;
  /** Techniques of ATT&CK for ICS that it may be a sign of, by id; absent where none is known. */
  readonly techniques?: readonly string[];
  /** Those that were beyond their limits, the farthest first: greatest score, limit, readings beyond it. */
  readonly detectors: readonly FiredDetector[];
  /** Times of the first and the last reading beyond the limit, epoch microseconds. */
  readonly start: number;
  readonly end: number;
  readonly open: boolean;
  readonly severity: Severity;
  /**
   * False alarms that the device may raise, in so many seconds, and how many are expected and likely at most; null for a
   * rule, which has none.
   */
  readonly budget: {
    readonly alarms: number;
    readonly seconds: number;
    readonly expected: number;
    readonly likely: number;
  } | null;
  /** What the baseline rests on; null where there is none. */
  readonly baseline: { readonly readings: number; readonly seconds: number; readonly peaks: number } | null;
  readonly causes: readonly Cause[];
  /** The usual reading that is most like it. */
  readonly nearest: ShownReading | null;
  /** Readings that led to it, the last one beyond the limit. */
  readonly evidence: readonly ShownReading[];
  readonly sentence: string;
};

/** Names what was found so that finding it again gives the same name. */
export function findingId(device: string, stream: string, detector: string, start: number): string {
  return sha256Hex(encodeUtf8(JSON.stringify([device, stream, detector, start]))).slice(0, 32);
}

const STEPS = [1.5, 3, 10] as const;

/** How grave a score is, by how many times it is beyond the limit. */
export function severityOf(score: number, limit: number): Severity {
  const times = score / Math.max(limit, Number.MIN_VALUE);
  return SEVERITIES[STEPS.filter((step) => times >= step).length] ?? 'low';
}
