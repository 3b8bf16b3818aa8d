import { bindFilter } from '#flow/query/index.ts';
import type { AstNode, Relations } from '#flow/query/index.ts';

/**
 * Relations with the condition that their rows must meet whoever asks.
 *
 * @param withheld by relation, the rows that are not shown, as a condition in SQL; null where it is not known which they are
 * @param parseCondition the tree of a condition; null where the text is none
 * @returns without the relations whose condition cannot be applied, as when the column that it needs is not declared any
 *   more: then nothing of them may be shown until these rows are gone
 */
export async function withholdRows(
  relations: Relations,
  withheld: ReadonlyMap<string, string | null>,
  parseCondition: (condition: string) => Promise<AstNode | null>,
): Promise<Relations> {
  if (withheld.size === 0) return relations;
  const shown = new Map(relations);
  for (const [name, rows] of withheld) {
    const relation = relations.get(name);
    if (relation === undefined) continue;
    // Null is not true: a row without the value is not withheld.
    const condition = rows === null ? null : await parseCondition(`NOT coalesce(${rows}, false)`);
    const bound = condition === null ? null : bindFilter(relation, condition);
    if (bound === null) shown.delete(name);
    else shown.set(name, { ...relation, withheld: bound });
  }
  return shown;
}
