import type { RefusedSubjects } from '#flow/ingest/index.ts';

/** What the gateway does about persons. */
export interface SubjectGate {
  /** Takes nothing of these persons; resolves once every worker goes by it. */
  refuseSubjects(refused: readonly RefusedSubjects[]): Promise<void>;
  /** Ends the files of journal and quarantine that are written to. */
  turnFiles(): Promise<void>;
}
