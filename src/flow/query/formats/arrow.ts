import type { ResultColumn, ResultEncoder, ResultNotes } from '../execute/result.ts';

/** placeholder, replaced below */
export function arrowEncoder(_columns: readonly ResultColumn[], _notes: ResultNotes): ResultEncoder {
  throw new TypeError('not yet');
}
