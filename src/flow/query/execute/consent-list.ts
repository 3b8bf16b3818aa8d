import { CONSENT_COLUMNS, consentList } from '../gate/consented.ts';
import type { PlannedRelation } from './plan.ts';

/** Those who consent, side by side with when each began to (epoch microseconds). */
export interface Consenting {
  readonly subjects: readonly string[];
  readonly since: Float64Array;
}

/** The list of those who consent to a stream as a relation of a plan; null for nobody. */
export function planConsentList(stream: string, consenting: Consenting | null): PlannedRelation {
  const dictionary = consenting?.subjects ?? [];
  const subject = { type: 'text', codes: Uint32Array.from(dictionary.keys()), dictionary, nulls: null } as const;
  const since = { type: 'time', values: consenting?.since ?? new Float64Array(0), nulls: null } as const;
  const columns = [
    { name: 'subject', data: subject },
    { name: 'since', data: since },
  ];
  const tail = [{ rows: dictionary.length, columns }];
  return { name: consentList(stream), columns: CONSENT_COLUMNS, segments: [], tail };
}
