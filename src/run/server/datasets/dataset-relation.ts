import { SQL_TYPES } from '#flow/query/index.ts';
import type { GovernedRelation } from '#flow/query/index.ts';
import { ApiError } from '../api/errors.ts';
import type { Dataset } from './dataset.ts';

/** A dataset as a relation of its own, and the statement that reads columns of it. */
export function datasetRelation(
  { name, purpose, content, consent }: Pick<Dataset, 'name' | 'purpose' | 'content' | 'consent'>,
  columns: readonly string[] | null,
): { readonly relation: GovernedRelation; readonly select: string } {
  const relation: GovernedRelation = {
    name,
    kind: 'table',
    description: null,
    purposes: purpose === null ? [] : [purpose],
    columns: content.columns.map(({ name: column, type, class: cls, unit }) => ({
      name: column,
      sqlType: SQL_TYPES[type],
      nullable: true,
      class: cls,
      unit,
      description: null,
    })),
    from: [],
    definition: null,
    // A withdrawal reaches what was frozen before.
    ...(consent === null ? {} : { consent: consent.column }),
  };
  const wanted = columns ?? content.columns.map((column) => column.name);
  const twice = wanted.find((column, at) => wanted.indexOf(column) < at);
  if (twice !== undefined) {
    throw new ApiError('API_DATASET_INVALID', `Cannot read dataset: column ${twice.slice(0, 64)} is asked for twice`);
  }
  const missing = wanted.find((column) => content.columns.every((other) => other.name !== column));
  if (missing !== undefined || wanted.length === 0) {
    throw new ApiError('API_DATASET_INVALID', `Cannot read dataset: it has no column ${(missing ?? '').slice(0, 64)}`);
  }
  return { relation, select: `SELECT ${wanted.map((column) => `"${column}"`).join(', ')} FROM "${name}"` };
}
