import { Sha256 } from '#base/crypto/index.ts';
import type { Objects } from '#base/storage/index.ts';

/** Bytes that are read and hashed at a time: others wait for less than a millisecond. */
const STEP = 1_048_576;

/** An object in parts, and the hex SHA-256 of all of them. */
export interface HashedObject {
  readonly parts: readonly Uint8Array[];
  readonly digest: string;
}

/**
 * Reads an object whole.
 *
 * @param step bytes that are asked for at a time
 * @throws {StorageError} STORAGE_MISSING, STORAGE_IO
 */
export async function readHashed(objects: Objects, key: string, size: number, step = STEP): Promise<HashedObject> {
  const hash = new Sha256();
  const parts: Uint8Array[] = [];
  for (let at = 0; at < size; at += step) {
    const part = await objects.read(key, at, Math.min(at + step, size));
    hash.update(part);
    parts.push(part);
  }
  return { parts, digest: hash.hex() };
}

/**
 * Copies an object as it is, unless the other store has it.
 *
 * @param want what it must be; anything else is not copied
 * @param again also looks at the copy that is there, and writes it anew where it differs
 * @returns `copied`, `there`, or `damaged` where the source is not what it must be
 */
export async function copyObject(
  from: Objects,
  to: Objects,
  key: string,
  want: { readonly size: number; readonly digest: string },
  again = false,
): Promise<'copied' | 'there' | 'damaged'> {
  const there = await to.size(key);
  if (there === want.size && (!again || (await readHashed(to, key, want.size)).digest === want.digest)) return 'there';
  const isSource = (await from.size(key)) === want.size;
  const source = isSource ? await readHashed(from, key, want.size) : null;
  if (source?.digest !== want.digest) return 'damaged';
  // What is there has another size or content: it was torn or changed, and must go before anything takes its place.
  if (there !== null) await to.delete(key);
  await to.put(key, source.parts);
  return 'copied';
}
