import type { Balance } from '#flow/query/index.ts';

/** What an answer says of itself beside its rows. */
export interface AnswerNotes {
  /** The run's, by which its outcome and receipt are asked for. */
  readonly id: string;
  /** Readings that it lacks, in words. */
  readonly missing: readonly string[];
  /** What its author may want to do about the statement. */
  readonly hint: string | null;
  /** What it cost of a privacy budget; null for an answer without noise. */
  readonly balance: Balance | null;
  /** Names of aggregates that the noise leaves nothing of. */
  readonly hidden: readonly string[];
}

/** Warnings that an answer carries. */
const MOST_WARNINGS = 8;

/** The same as fields of its HTTP header. */
export function answerHeaders({ id, missing, hint, balance, hidden }: AnswerNotes): Readonly<Record<string, string>> {
  return {
    'weir-query-id': id,
    ...(missing.length === 0 ? {} : { 'weir-warning': missing.slice(0, MOST_WARNINGS).join('; ') }),
    ...(hint === null ? {} : { 'weir-hint': hint }),
    ...(balance === null ? {} : { 'weir-privacy': budgetField(balance, hidden) }),
  };
}

/** What an answer cost, as a structured field. @see RFC 9651 */
function budgetField({ cost, left, epsilon, delta }: Balance, hidden: readonly string[]): string {
  const decimal = (value: number): string => value.toFixed(3);
  const spent = `cost=${decimal(cost)}, left=${decimal(left)}, epsilon=${decimal(epsilon)}`;
  return `${spent}, delta="${delta}"${hidden.length === 0 ? '' : `, hidden=${hidden.length}`}`;
}
