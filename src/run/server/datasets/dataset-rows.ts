import type { Batch, Random } from '#base/core/index.ts';
import { Sha256 } from '#base/crypto/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { digestOfRows, PART_ROWS } from '#flow/query/index.ts';
import type { FrozenPiece } from '#flow/query/index.ts';
import {
  decodeParquet,
  encodeParquet,
  factsOf,
  handlesOf,
  keyColumns,
  MemorySink,
  openSegment,
  sealColumns,
} from '#flow/store/index.ts';
import type { DataKeySource, SealedObject, StoredColumn } from '#flow/store/index.ts';
import type { KeyRing, KeyUse } from '#trust/keys/index.ts';
import { DATASET_PREFIX, datasetObjectKey, keyStreamOf } from './dataset.ts';
import type { Dataset, DatasetObject } from './dataset.ts';

export interface DatasetRowsParts {
  readonly objects: Objects;
  readonly keys: Pick<KeyRing, 'newDataKeys' | 'unwrapDataKeys'>;
  readonly random: Random;
}

/** Bytes that are hashed at a time: others get their turn in between. */
const HASHED = 1_048_576;

/** Seals a piece of a dataset under fresh keys and stores it; the keys are kept by whoever publishes it. */
export async function sealPiece(
  { plain, columns, rows, parts }: Omit<FrozenPiece, 'least'>,
  { name, id, revision }: { readonly name: string; readonly id: string; readonly revision: number },
  { objects, keys, random }: DatasetRowsParts,
): Promise<DatasetObject> {
  const keyed = await keyColumns(keyStreamOf(name), columns, dataKeysOf(keys));
  const sealed = sealColumns(plain, keyed, { id, version: revision }, random);
  const objectKey = datasetObjectKey(id, revision);
  await objects.put(objectKey, sealed);
  return {
    id,
    version: revision,
    rows,
    parts,
    objectKey,
    size: sealed.length,
    digest: await digestOf(sealed),
    footerHandle: keyed.footer.handle,
    columns: keyed.columns.map(({ column }) => column),
  };
}

/** Opens columns of an object of a dataset: one batch of its rows, in their order. */
export async function openObject(
  object: SealedObject,
  columns: readonly string[],
  use: KeyUse,
  { objects, keys }: Omit<DatasetRowsParts, 'random'>,
): Promise<Batch> {
  const wanted = object.columns.filter(({ name }) => columns.includes(name));
  const found = await keys.unwrapDataKeys(use, [object.footerHandle, ...wanted.map(({ handle }) => handle)]);
  const sink = new MemorySink(object.size);
  await openSegment(
    objects,
    object,
    wanted.map(({ name }) => name),
    found,
    sink,
  );
  return { stream: '', template: '', ...decodeParquet(sink.bytes(), wanted) };
}

/**
 * Deletes an object of a dataset, and nothing else: segments are deleted by the store alone, once they were let go.
 *
 * @throws {TypeError} where it is no dataset's
 */
export async function deleteObject(objects: Objects, { objectKey }: Pick<SealedObject, 'objectKey'>): Promise<void> {
  if (!objectKey.startsWith(DATASET_PREFIX)) throw new TypeError(`${objectKey} is no object of a dataset`);
  await objects.delete(objectKey);
}

/** All handles of a dataset's objects. */
export function handlesOfDataset({ objects }: Pick<Dataset, 'objects'>): readonly string[] {
  return objects.flatMap((object) => handlesOf(object));
}

/** A piece with the rows of a batch, in the order given, and the digest and number of rows of each of its parts. */
export function pieceOf(
  columns: readonly StoredColumn[],
  batch: Batch,
): { piece: Omit<FrozenPiece, 'least'>; digests: readonly string[]; sizes: readonly number[] } {
  const starts = Array.from({ length: Math.ceil(batch.rows / PART_ROWS) }, (_, at) => at * PART_ROWS);
  const ends = starts.map((from) => Math.min(batch.rows, from + PART_ROWS));
  const plain = encodeParquet(columns, [batch], { facts: factsOf(columns), rowGroupRows: PART_ROWS });
  return {
    piece: { plain, columns, rows: batch.rows, parts: starts.length },
    digests: starts.map((from, at) => digestOfRows(columns, batch, from, ends[at]!)),
    sizes: starts.map((from, at) => ends[at]! - from),
  };
}

async function digestOf(sealed: Uint8Array): Promise<string> {
  const hash = new Sha256();
  for (let at = 0; at < sealed.length; at += HASHED) {
    hash.update(sealed.subarray(at, at + HASHED));
    await new Promise(setImmediate);
  }
  return hash.hex();
}

function dataKeysOf(keys: Pick<KeyRing, 'newDataKeys'>): DataKeySource {
  return {
    newDataKeys: async ({ stream, columns }) => {
      const wanted = [
        { column: '', domain: 'operational' },
        ...columns.map(({ name, domain }) => ({ column: name, domain })),
      ];
      const [footer, ...rest] = await keys.newDataKeys('weir:datasets', stream, wanted);
      if (footer === undefined) throw new TypeError('the key ring made no keys');
      return { footer, columns: new Map(rest.map((key) => [key.column, key])) };
    },
  };
}
