import { canonicalJson } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { StorageError } from './errors.ts';
import type { CatalogueSchema } from './ports.ts';

/** A version of a room's tables that a catalogue has taken. */
export interface AppliedMigration {
  readonly version: number;
  readonly checksum: string;
}

/** A version that a catalogue has still to take. */
export interface PendingMigration extends AppliedMigration {
  readonly statements: readonly string[];
}

const ROOM = /^[a-z][a-z0-9]{0,31}$/;
const CREATED = /^\s*create\s+(?:unique\s+)?(?:table|index|view|trigger)\s+(?:if\s+not\s+exists\s+)?"?([A-Za-z0-9_]+)/i;

/** Hex SHA-256 over a version's statements. */
export function migrationChecksum(statements: readonly string[]): string {
  return sha256Hex(canonicalJson(statements));
}

/**
 * The versions that are still to be applied, in order.
 *
 * @param applied what the catalogue holds of this room, ascending
 * @throws {StorageError} STORAGE_CATALOGUE_NEWER if it holds a version that this program does not know,
 *   STORAGE_MIGRATION_CHANGED if a version that it holds reads otherwise here,
 *   STORAGE_MIGRATION_INVALID if a room or one of its tables is named wrongly
 */
export function planMigrations(
  schema: CatalogueSchema,
  applied: readonly AppliedMigration[],
): readonly PendingMigration[] {
  const { room, migrations } = schema;
  if (!ROOM.test(room)) throw new StorageError('STORAGE_MIGRATION_INVALID', `Cannot migrate: "${room}" names no room`);
  for (const statement of migrations.flat()) {
    const name = CREATED.exec(statement)?.[1];
    if (name !== undefined && !name.startsWith(`${room}_`)) {
      throw new StorageError(
        'STORAGE_MIGRATION_INVALID',
        `Cannot migrate ${room}: ${name} does not start with ${room}_`,
      );
    }
  }
  if (applied.length > migrations.length) {
    throw new StorageError(
      'STORAGE_CATALOGUE_NEWER',
      `Cannot use catalogue: its ${room} tables have version ${applied.length}, this program knows ${migrations.length}`,
      { hint: 'Run the version of Weir that wrote the data directory, or a later one' },
    );
  }
  return migrations.flatMap((statements, at) => {
    const checksum = migrationChecksum(statements);
    const before = applied[at];
    if (before === undefined) return [{ version: at + 1, checksum, statements }];
    if (before.version !== at + 1 || before.checksum !== checksum) {
      throw new StorageError(
        'STORAGE_MIGRATION_CHANGED',
        `Cannot use catalogue: version ${at + 1} of its ${room} tables is not the one that this program knows`,
        { hint: 'Run the released version of Weir that wrote the data directory' },
      );
    }
    return [];
  });
}
