import type { QuerySummary } from '#flow/query/index.ts';
import type { Problem } from '../api/problem.ts';

/**
 * What became of a statement whose result was being sent, what it lacks, and what it took: rows, bytes opened,
 * milliseconds.
 */
export type QueryOutcome =
  | { readonly state: 'running' }
  | ({ readonly state: 'done'; readonly missing: readonly string[] } & Omit<QuerySummary, 'columns'>)
  | { readonly state: 'failed'; readonly problem: Problem };

/** Outcomes that are remembered: a caller asks at once or not at all. */
const MOST = 1_024;

/** What became of the last statements, by id, for those who ran them: an answer that broke off cannot say why. */
export class QueryOutcomes {
  readonly #outcomes = new Map<string, { readonly subject: string; readonly outcome: QueryOutcome }>();

  note(id: string, subject: string, outcome: QueryOutcome): void {
    this.#outcomes.set(id, { subject, outcome });
    const [oldest] = this.#outcomes.keys();
    if (this.#outcomes.size > MOST && oldest !== undefined) this.#outcomes.delete(oldest);
  }

  /** The outcome of a statement that this subject ran; null where there is none. */
  find(id: string, subject: string): QueryOutcome | null {
    const found = this.#outcomes.get(id);
    return found?.subject === subject ? found.outcome : null;
  }
}
