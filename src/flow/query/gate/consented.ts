import type { ColumnShape } from '#base/core/index.ts';
import type { GovernedRelation } from '../relations.ts';
import type { AstNode } from './ast.ts';
import { atLeast, baseTable, columnRef, conjunction, equal, semiJoin } from './build.ts';
import { BASE_SCHEMA, SOURCE } from './relation-source.ts';

/** What the list of those who consent is called inside the query that stands for a relation. */
const LIST = '_c';
/** When a reading was taken in: a consent reaches back to when it was given, and no further. */
const RECEIVED = 'received';

/** Columns of the list of those who consent: the person, and from when on. */
export const CONSENT_COLUMNS: readonly ColumnShape[] = [
  { name: 'subject', type: 'text', nullable: false },
  { name: 'since', type: 'time', nullable: false },
];

/** What the list of those who consent to a relation is opened as. No name of the template begins so. */
export function consentList(relation: string): string {
  return `_consent_${relation}`;
}

/** Columns that are read to tell which rows are there by consent. */
export function consentColumns({ consent }: GovernedRelation): readonly string[] {
  return consent === undefined ? [] : [consent, RECEIVED];
}

/**
 * The opened relation with the rows alone of those who consent to the purpose at hand, of what came since they do. A row
 * that names nobody is not among them.
 */
export function consentedRelation(relation: GovernedRelation, opened: AstNode): AstNode {
  const person = equal(columnRef([LIST, 'subject']), columnRef([SOURCE, relation.consent ?? '']));
  const sinceThen = atLeast(columnRef([SOURCE, RECEIVED]), columnRef([LIST, 'since']));
  return semiJoin(opened, baseTable(BASE_SCHEMA, consentList(relation.name), LIST), conjunction([person, sinceThen]));
}
