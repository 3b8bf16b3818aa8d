import type { Batch } from '#base/core/index.ts';
import { contentDigestOf } from '#flow/query/index.ts';
import type { FrozenContent, FrozenPiece } from '#flow/query/index.ts';
import { partSizes, unevenSizes } from './dataset.ts';
import type { Dataset, DatasetObject } from './dataset.ts';
import { pieceOf } from './dataset-rows.ts';
import { matchingRows, withoutRows } from './subject-rows.ts';
import type { KnownColumns } from './subject-rows.ts';

export interface WithoutPersonPorts {
  readonly open: (object: DatasetObject, columns: readonly string[]) => Promise<Batch>;
  /** Seals rows in the place of an object. */
  readonly seal: (piece: Omit<FrozenPiece, 'least'>, instead: DatasetObject) => Promise<DatasetObject>;
}

/** A dataset's rows without those of a person. */
export interface LeftRows {
  readonly content: FrozenContent;
  readonly objects: readonly DatasetObject[];
  /** Objects that are no more its own. */
  readonly replaced: readonly DatasetObject[];
  /** Rows that went. */
  readonly erased: number;
}

/**
 * Leaves the rows of a person out: only objects that have some are opened whole and sealed anew, one at a time. Of what
 * they hold the parts are smaller then, and the parts of all others are what they were.
 *
 * @param known columns in which the person is known, and as what
 */
export async function withoutPerson(
  { content, objects }: Pick<Dataset, 'content' | 'objects'>,
  known: KnownColumns,
  { open, seal }: WithoutPersonPorts,
): Promise<LeftRows> {
  const names = content.columns.map(({ name }) => name);
  const before = partSizes(content);
  const [digests, sizes]: [string[], number[]] = [[], []];
  const left: DatasetObject[] = [];
  const replaced: DatasetObject[] = [];
  let [at, erased] = [0, 0];
  for (const [index, object] of objects.entries()) {
    const own = [at, (at += object.parts)] as const;
    const going = matchingRows(await open(object, [...known.keys()]), known);
    if (going.length === 0) {
      digests.push(...content.parts.slice(...own));
      sizes.push(...before.slice(...own));
      left.push(object);
      continue;
    }
    erased += going.length;
    replaced.push(object);
    const isLast = index === objects.length - 1;
    // A dataset without rows has an object all the same: its columns are in it.
    if (going.length === object.rows && !(isLast && left.length === 0)) continue;
    const rest = pieceOf(content.columns, withoutRows(await open(object, names), going));
    digests.push(...rest.digests);
    sizes.push(...rest.sizes);
    left.push(await seal(rest.piece, object));
  }
  const { columns, partRows } = content;
  const rows = content.rows - erased;
  const next = { columns, rows, partRows, parts: digests, ...unevenSizes(sizes, partRows) };
  return { content: { ...next, digest: contentDigestOf(next) }, objects: left, replaced, erased };
}
