/** What can be wrong with a log. */
export type LogFindingKind =
  | 'checkpoint-missing'
  | 'checkpoint-invalid'
  | 'bundle-missing'
  | 'bundle-malformed'
  | 'entry-malformed'
  | 'entry-mismatch'
  | 'tile-missing'
  | 'tile-mismatch'
  | 'root-mismatch'
  | 'kept-invalid'
  | 'shrank'
  | 'forked'
  | 'witness-missing';

/** One thing that is wrong, and where. */
export interface LogFinding {
  readonly kind: LogFindingKind;
  /** For people; holds no content of entries. */
  readonly message: string;
  readonly index?: number;
  readonly path?: string;
}
