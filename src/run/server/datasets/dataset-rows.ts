import { formatMicros, micros } from '#base/core/index.ts';
import type { Batch, Column, ColumnShape, Random } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { contentDigestOf, PART_ROWS, ResultDigest } from '#flow/query/index.ts';
import type { FrozenContent } from '#flow/query/index.ts';
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

export interface DatasetRowsParts {
  readonly objects: Objects;
  readonly keys: Pick<KeyRing, 'newDataKeys' | 'unwrapDataKeys'>;
  readonly random: Random;
}

/** Seals the plain file of a dataset under fresh keys and stores it; the keys are kept by whoever publishes it. */
export async function sealDataset(
  plain: Uint8Array,
  { columns, rows }: Pick<FrozenContent, 'columns' | 'rows'>,
  { name, id, revision }: { readonly name: string; readonly id: string; readonly revision: number },
  { objects, keys, random }: DatasetRowsParts,
): Promise<SealedObject> {
  const keyed = await keyColumns(keyStreamOf(name), columns, dataKeysOf(keys));
  const sealed = sealColumns(plain, keyed, { id, version: revision }, random);
  const objectKey = datasetObjectKey(id, revision);
  await objects.put(objectKey, sealed);
  return {
    id,
    version: revision,
    rows,
    objectKey,
    size: sealed.length,
    digest: sha256Hex(sealed),
    footerHandle: keyed.footer.handle,
    columns: keyed.columns.map(({ column }) => column),
  };
}

/** Opens columns of a dataset's object: one batch of all rows, in their order. */
export async function openDataset(
  object: SealedObject,
  columns: readonly string[],
  use: KeyUse,
  { objects, keys }: DatasetRowsParts,
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

/** All handles of a dataset's object. */
export function handlesOfDataset(object: SealedObject): readonly string[] {
  return handlesOf(object);
}

/** Plain file and commitment of the rows of a batch, in the order given. */
export function contentOf(
  columns: readonly StoredColumn[],
  batch: Batch,
): { plain: Uint8Array; content: FrozenContent } {
  const parts: string[] = [];
  const texts = columns.map((column) => textsOf(column, batch));
  for (let from = 0; from < batch.rows; from += PART_ROWS) {
    const digest = new ResultDigest();
    const to = Math.min(batch.rows, from + PART_ROWS);
    for (let row = from; row < to; row++) digest.row(texts.map((text) => text(row)));
    parts.push(digest.hex());
  }
  const content = { columns, rows: batch.rows, partRows: PART_ROWS, parts };
  const plain = encodeParquet(columns, [batch], { facts: factsOf(columns), rowGroupRows: PART_ROWS });
  return { plain, content: { ...content, digest: contentDigestOf(content) } };
}

/** The text of a value as answers have it. */
function textsOf({ name, type }: ColumnShape, batch: Batch): (row: number) => string | null {
  const data = batch.columns.find((column) => column.name === name)?.data;
  if (data === undefined || data.type !== type) throw new TypeError(`a dataset has its column ${name}`);
  const plain = textOf(data);
  return (row) => (data.nulls?.[row] === 1 ? null : plain(row));
}

function textOf(data: Column): (row: number) => string {
  switch (data.type) {
    case 'text':
      return (row) => data.dictionary[data.codes[row] ?? 0] ?? '';
    case 'boolean':
      return (row) => String(data.values[row] === 1);
    case 'time':
      return (row) => formatMicros(micros(data.values[row] ?? 0));
    default:
      return (row) => String(data.values[row] ?? 0);
  }
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
