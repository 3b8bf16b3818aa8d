import type {
  EngineLimits,
  ExecutionFormat,
  ParseOutcome,
  QueryPlan,
  QuerySummary,
  SegmentKeys,
} from '#flow/query/index.ts';

export interface Execution {
  /** Names the run in chunks and in `cancel`. */
  readonly id: number;
  readonly plan: QueryPlan;
  readonly format: ExecutionFormat;
}

/** Columns of a sealed segment whose keys a running statement needs. */
export interface WantedKeys {
  /** The segment's id. */
  readonly segment: string;
  readonly columns: readonly string[];
}

/** What a query process offers to control. It holds keys for one statement at a time and forgets them with it. */
export type QueryMethods = {
  parse(sql: string): Promise<ParseOutcome>;
  /** The tree of a condition as JSON, for numbers in it may have more digits than a message carries; or null where the text is none. */
  parseCondition(condition: string): Promise<string | null>;
  execute(execution: Execution): Promise<QuerySummary>;
  cancel(id: number): void;
  /** Makes ready for a first statement, until one comes. */
  prepare(limits: EngineLimits): Promise<void>;
  /** Forgets opened columns of segments; null: of all. */
  drop(segments: readonly string[] | null): void;
  /** How many of these segments have opened columns in its memory. */
  held(segments: readonly string[]): number;
};

/** What control offers to a query process. */
export type QueryControlMethods = {
  /** Takes a part of a result; answers once there is room for the next. */
  chunk(part: { id: number; bytes: Uint8Array }): Promise<void>;
  /** The keys of columns that are not opened yet, of what the plan of a run grants. */
  keys(asked: { id: number; wanted: readonly WantedKeys[] }): Promise<readonly SegmentKeys[]>;
  /** When a statement was run, in epoch microseconds. */
  ran(when: { id: number; start: number; end: number }): void;
};
