import { isNode, parseAst, Recent } from '#flow/query/index.ts';
import type { AstNode } from '#flow/query/index.ts';
import type { QueryPool } from './query-pool.ts';
import type { QueryProcess } from './query-process.ts';

/** The tree of a condition; null where the text is none. */
type Read = (condition: string) => Promise<AstNode | null>;

/** How conditions by which rows are chosen are read. */
export interface Conditions {
  readonly read: Read;
  /** Remembers nothing of it: what rows of an erased person are told by is to be known no longer than it has to. */
  readonly readOnce: Read;
}

/** Conditions that are remembered: those of a template, with what they say of who asks. */
const REMEMBERED = 256;
/** Those that a process is remembered to have read, which serves one subject. */
const OWN_REMEMBERED = 16;

/** What reads SQL of templates serves nobody else. */
export const TEMPLATE_READER = 'weir:control';

/**
 * Reads the conditions by which rows are chosen. A process that reads what people write could have been turned by it: what
 * it makes of a condition counts for its own subject alone. What the platform's own reader says counts for all.
 */
export class ConditionReader {
  /** Reads by a process that serves the platform alone. */
  readonly own: Conditions;
  readonly #lent = new WeakMap<QueryProcess, Conditions>();

  constructor(pool: Pick<QueryPool, 'use'>) {
    this.own = conditionsBy(REMEMBERED, (condition) =>
      pool.use(TEMPLATE_READER, (process) => process.peer.call('parseCondition', condition)),
    );
  }

  /**
   * Reads for the subject of a process that is lent: who holds one and waited for another could wait for ever.
   *
   * @returns the same each time for a process
   */
  within(process: QueryProcess): Conditions {
    const known = this.#lent.get(process);
    if (known !== undefined) return known;
    const conditions = conditionsBy(OWN_REMEMBERED, (condition) => process.peer.call('parseCondition', condition));
    this.#lent.set(process, conditions);
    return conditions;
  }
}

/** @param most how many trees are remembered, as text, of which each decision makes its own */
function conditionsBy(most: number, parse: (condition: string) => Promise<string | null>): Conditions {
  const known = new Recent<string>(most);
  return {
    read: async (condition) => treeOf(await known.get(condition, async () => (await parse(condition)) ?? '')),
    readOnce: async (condition) => treeOf((await parse(condition)) ?? ''),
  };
}

/** Null for nothing, which is what no condition leaves. */
function treeOf(text: string): AstNode | null {
  const root = text === '' ? null : parseAst(text);
  return root !== null && isNode(root) ? root : null;
}
