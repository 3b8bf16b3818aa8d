export { QueryError } from './errors.ts';
export type { QueryErrorCode } from './errors.ts';
export type {
  GovernedColumn,
  GovernedRelation,
  Grants,
  PrivateColumn,
  PrivateView,
  RelationGrant,
  Relations,
} from './relations.ts';
export { formatAst, isNode, parseAst } from './gate/ast.ts';
export type { AstNode } from './gate/ast.ts';
export { mayRead } from './gate/time-spans.ts';
export { keptColumns } from './gate/kept-columns.ts';
export { slicedByTime } from './gate/sliced-by-time.ts';
export { gateStatement } from './gate/gate-statement.ts';
export type { GatedStatement, GateOptions, RefusedStatement } from './gate/gate-statement.ts';
export { planConsentList } from './execute/consent-list.ts';
export type { Consenting } from './execute/consent-list.ts';
export { comparedLiterals } from './gate/compared-literals.ts';
export type { ComparedLiteral } from './gate/compared-literals.ts';
export { changingPart, namedRelations } from './gate/named-relations.ts';
export { normaliseStatement } from './gate/literals.ts';
export { bindFilter } from './gate/relation-source.ts';
export { isMask } from './gate/mask.ts';
export { MAX_STATEMENT_LENGTH, StatementParser } from './execute/parse-statement.ts';
export type { ParseOutcome } from './execute/parse-statement.ts';
export type { EngineLimits } from './execute/engine.ts';
export { EngineStock } from './execute/engine-stock.ts';
export { warmUp } from './execute/warm-up.ts';
export { executePlan } from './execute/execute-plan.ts';
export type { ExecuteParts, QuerySummary } from './execute/execute-plan.ts';
export { checkParameters } from './execute/bind-parameters.ts';
export type { Parameters, PlannedRelation, QueryPlan } from './execute/plan.ts';
export type { ColumnNotes, ResultColumn, ResultEncoder, ResultNotes, ResultSink } from './execute/result.ts';
export { Recent } from './execute/recent.ts';
export { openSegmentFile } from './execute/open-segment-file.ts';
export { SegmentFiles, storedWanted } from './execute/segment-files.ts';
export { onGrid, storedFor } from './execute/grid-column.ts';
export type { GridColumn, GridColumns } from './execute/grid-column.ts';
export type {
  AskKeys,
  OpeningCost,
  OpenSegment,
  SealedSegment,
  SegmentFilesOptions,
  SegmentKeys,
  WantedColumns,
} from './execute/segment-files.ts';
export type { RowsInMemory } from './execute/tail-table.ts';
export type { TokenSight, TokenSights } from './execute/token-sight.ts';
export { SQL_TYPES } from './execute/open-relations.ts';
export { ResultDigest } from './formats/result-digest.ts';
export type { RowTexts } from './formats/result-digest.ts';
export { digestOfResult } from './formats/read-result.ts';
export { CONTENT_TYPES, RESULT_FORMATS, formatForAccept } from './formats/result-format.ts';
export type { ExecutionFormat, ResultFormat } from './formats/result-format.ts';
export { contentDigestOf } from './formats/frozen-content.ts';
export type { FrozenContent } from './formats/frozen-content.ts';
export { PART_ROWS } from './formats/column-part.ts';
export { digestOfRows } from './formats/part-digest.ts';
export { checkPiece } from './formats/check-piece.ts';
export type { CheckedPiece } from './formats/check-piece.ts';
export { FrozenPieces } from './formats/frozen-piece.ts';
export { PIECE_LIMITS } from './formats/frozen.ts';
export type { FrozenPiece, MadePiece, PieceLimits } from './formats/frozen-piece.ts';
export { confine, limitMemory } from './confine/confinement.ts';
export type { Command, ConfinementOptions } from './confine/confinement.ts';
export { probeConfinement } from './confine/probe-confinement.ts';
export type { ConfinementState, RunProgram } from './confine/probe-confinement.ts';
export { grantOf, prepareStatement } from './prepare-statement.ts';
export { answerPrivately } from './privacy/private-answer.ts';
export type { AnswerValue, ExactRows, PrivateAnswer } from './privacy/private-answer.ts';
export { readRisk, releaseSql, riskSql } from './release/release-risk.ts';
export type { ReleaseRisk, ReleaseShape } from './release/release-risk.ts';
export { DiscreteNoise } from './privacy/discrete-noise.ts';
export { gridOf } from './privacy/private-grid.ts';
export { passesOf } from './privacy/private-measures.ts';
export type { PrivateStatement } from './privacy/private-statement.ts';
export { gridName, PRIVATE_ROWS, privateAccess } from './privacy/private-view.ts';
export type { PrivateAccess } from './privacy/private-view.ts';
export { epsilonOfRho, rhoOfEpsilon } from './privacy/privacy-budget.ts';
export type { NanoRho } from './privacy/privacy-budget.ts';
export { COMMON_SHARE, periodsOf, PrivacyLedger } from './privacy/privacy-ledger.ts';
export type { Balance, BudgetState } from './privacy/privacy-ledger.ts';
export type { PreparedPrivately, PreparedStatement, RejectedStatement, RelationDecision } from './prepare-statement.ts';
export { describeViews, resolveRelations, shapesOf } from './views.ts';
export type { ViewDescription, ViewProblem, ViewResolver } from './views.ts';
export { traceLineage } from './gate/lineage.ts';
export type { ColumnFact, Lineage } from './gate/lineage.ts';
