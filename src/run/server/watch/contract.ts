import type { Json } from '#base/core/index.ts';
import type { SubjectSpan } from '#flow/store/index.ts';
import type { JournalDamage } from '#flow/journal/index.ts';
import type { KnownBaseline, Finding, RuleWatchStatus, WatchStatus } from '#watch/detect/index.ts';
import type { HandedKey } from '../store/contract.ts';

export interface WatchStart {
  readonly journal: string;
  /** Folder of its states. */
  readonly states: string;
  /** JSON form of the template in force. */
  readonly template: Json;
  /** The log: its folder, its public keys, and how long it is: rules without a state begin there. */
  readonly audit: { readonly directory: string; readonly keys: readonly string[]; readonly size: number };
  /** The newest state with its key; null where there is none that can be opened. */
  readonly state: HandedKey | null;
  /** Where it begins without a state: as far as the store is. */
  readonly from: readonly (readonly [file: string, offset: number])[];
}

/** How it does: readings, where any are watched, and rules over the log. */
export interface WatchReport {
  readonly readings: WatchStatus | null;
  readonly rules: RuleWatchStatus | null;
  /** What of the kept state could not be opened at the start, and is learnt anew: so many parts, or all of it. */
  readonly lost: number | 'all';
}

/** What the watch process offers to control. */
export type WatchMethods = {
  start(start: WatchStart): Promise<void>;
  /** Another version of the template is in force. */
  template(form: Json): Promise<void>;
  /** The journal grew. */
  wake(parameters: null): void;
  baseline(device: string): readonly KnownBaseline[];
  /** Devices of which something is known from readings of these times. */
  knowing(spans: readonly SubjectSpan[]): number;
  /** Forgets it; resolves once no state on disk has it. */
  forget(spans: readonly SubjectSpan[]): Promise<number>;
  status(parameters: null): WatchReport;
  /** Tells what was found and keeps the state. */
  save(parameters: null): Promise<void>;
};

/** What control offers to the watch process. */
export type WatchControlMethods = {
  journalKey(fileId: string): Promise<Uint8Array | null>;
  /** The type of a device; null where the inventory has it not. */
  deviceType(device: string): Promise<string | null>;
  /** A fresh key for a file of state. */
  stateKey(parameters: null): Promise<HandedKey>;
  raise(findings: readonly Finding[]): Promise<void>;
  /** A file of state is durable: it is the newest from now on. */
  saved(state: { file: string; cursor: readonly (readonly [string, number])[] }): Promise<void>;
  ended(error: { code: string; message: string }): void;
  damaged(damage: JournalDamage): void;
};
