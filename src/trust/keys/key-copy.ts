import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBase64, hasCode, toBase64 } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import type { CatalogueTransaction, SqlRow, SqlValue } from '#base/storage/index.ts';
import { readIfThere, writeDurably } from './durable-file.ts';
import { KeysError } from './errors.ts';
import { ROOT_FILE, SECRETS_FOLDER } from './file-custody.ts';
import { DATA_KEY_STOCK, DATA_KEYS, DOMAIN_KEYS, FILE_KEYS, KEY_USES, PURPOSE_KEYS } from './key-tables.ts';

/** Tables whose rows a copy of the key ring holds. */
const COPIED = [DOMAIN_KEYS, DATA_KEYS, PURPOSE_KEYS, KEY_USES].map(({ name }) => name);
/** Keys of files that are not copied, and of what is not made yet: a copy begins without. */
const LEFT_OUT = [FILE_KEYS, DATA_KEY_STOCK].map(({ name }) => name);
const SECRET_FILE = /^[a-z0-9-]{1,100}\.key$/;
const INSERT_AT_ONCE = 100;

type Cell = null | number | string | { readonly base64: string };
type Table = { readonly columns: readonly string[]; readonly rows: readonly (readonly Cell[])[] };

/** The rows of all keys as they stand in the catalogue, each with its tag: still sealed, so safe to be copied. */
export async function readKeyRows(tx: CatalogueTransaction): Promise<Json> {
  const tables: Record<string, { columns: string[]; rows: Cell[][] }> = {};
  for (const name of COPIED) {
    const rows = await tx.all(`SELECT * FROM "${name}"`);
    const columns = Object.keys(rows[0] ?? {});
    tables[name] = { columns, rows: rows.map((row) => columns.map((column) => toCell(row, column))) };
  }
  return tables;
}

/** Removes the rows of all keys from a copy of the catalogue. */
export async function removeKeyRows(tx: CatalogueTransaction): Promise<void> {
  for (const name of [...COPIED, ...LEFT_OUT]) await tx.run(`DELETE FROM "${name}"`);
}

/**
 * Puts rows of keys into a catalogue that has none.
 *
 * @param tables what `readKeyRows` gave; it comes from outside and is believed only as far as its form
 * @throws {KeysError} KEYS_COPY_MALFORMED
 */
export async function writeKeyRows(tx: CatalogueTransaction, tables: Json): Promise<void> {
  for (const name of COPIED) {
    const table = (tables as unknown as Readonly<Record<string, Table | undefined>>)[name];
    if (table === undefined) throw malformed(`table ${name} is missing`);
    const { columns, rows } = table;
    if (rows.length === 0) continue;
    if (!columns.every((column) => /^[a-z_]{1,64}$/.test(column))) throw malformed(`table ${name} has other columns`);
    const names = columns.map((column) => `"${column}"`).join(', ');
    const marks = `(${columns.map(() => '?').join(', ')})`;
    for (let at = 0; at < rows.length; at += INSERT_AT_ONCE) {
      const some = rows.slice(at, at + INSERT_AT_ONCE);
      const values = some.flatMap((row) => row.map(fromCell));
      await tx.run(`INSERT INTO "${name}" (${names}) VALUES ${some.map(() => marks).join(', ')}`, values);
    }
  }
}

/** The files of a custody's folder, in base64 by path: sealed under the root key, or told where it is. */
export async function readKeyFolder(folder: string): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {
    [ROOT_FILE]: toBase64(new Uint8Array(await readFile(join(folder, ROOT_FILE)))),
  };
  for (const name of (await readdir(join(folder, SECRETS_FOLDER))).sort()) {
    if (!SECRET_FILE.test(name)) continue;
    // One that is destroyed meanwhile is to be left out.
    const bytes = await readIfThere(join(folder, SECRETS_FOLDER, name));
    if (bytes !== null) files[`${SECRETS_FOLDER}/${name}`] = toBase64(bytes);
  }
  return files;
}

/**
 * Writes the files of a custody's folder.
 *
 * @param files untrusted
 * @throws {KeysError} KEYS_COPY_MALFORMED, KEYS_ROOT_EXISTS
 */
export async function writeKeyFolder(folder: string, files: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(join(folder, SECRETS_FOLDER), { recursive: true, mode: 0o700 });
  const names = Object.keys(files).filter((path) => path !== ROOT_FILE);
  for (const path of [...names, ROOT_FILE]) {
    const content = files[path];
    const isSecret = path.startsWith(`${SECRETS_FOLDER}/`) && SECRET_FILE.test(path.slice(SECRETS_FOLDER.length + 1));
    if (typeof content !== 'string' || !(isSecret || path === ROOT_FILE)) throw malformed('it has other files');
    try {
      await writeDurably(join(folder, path), fromBase64(content), 'create');
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
      throw new KeysError('KEYS_ROOT_EXISTS', 'Cannot write root key: the folder has one already', { cause: error });
    }
  }
}

function toCell(row: SqlRow, column: string): Cell {
  const value = row[column] ?? null;
  return value instanceof Uint8Array ? { base64: toBase64(value) } : value;
}

function fromCell(cell: Cell): SqlValue {
  return typeof cell === 'object' && cell !== null ? fromBase64(cell.base64) : cell;
}

function malformed(why: string): KeysError {
  return new KeysError('KEYS_COPY_MALFORMED', `Cannot read copy of the key ring: ${why}`);
}
