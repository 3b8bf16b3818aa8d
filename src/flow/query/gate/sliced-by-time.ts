import { isNode, textOf } from './ast.ts';
import { mentionsOf, queryOf, sourceOf } from './column-source.ts';
import type { Following } from './column-source.ts';
import { givesRowByRow, isPresent } from './row-wise.ts';

const TIME = 'time';

const ROW_BY_ROW: Following = {
  passes: givesRowByRow,
  // Of the rows on the left each is there or not, once.
  sides: ({ left = null, ...join }) => (textOf(join, 'join_type') === 'SEMI' && isNode(left) ? [left] : []),
};

/**
 * The relation of which a rebuilt statement gives some rows one by one, each with its own `time` under that name: what it
 * answers of one span of time after the other is all that it answers, and in the order of time. Everything else that it
 * reads is the same for each span.
 *
 * @param serialised the tree that `gateStatement` rebuilt
 * @returns null where that is not so, or cannot be told
 */
export function slicedByTime(serialised: string): string | null {
  const query = queryOf(serialised);
  const source = query === null ? null : sourceOf(query, TIME, ROW_BY_ROW);
  if (query === null || source === null || source.column !== TIME || isPresent(source.opened['sample'])) return null;
  return mentionsOf(query, source.relation) === 1 ? source.relation : null;
}
