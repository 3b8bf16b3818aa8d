import { isDevicePlace } from '#assure/privacy/index.ts';
import type { StoredPlace } from '#assure/privacy/index.ts';
import { countQuarantined, eraseQuarantined } from '../control/quarantine-subjects.ts';
import type { QuarantineFilesParts } from '../control/rewrite-quarantine.ts';
import type { TokenVault } from '../tokens/token-vault.ts';
import type { StatementBook } from '../query/statement-book.ts';
import type { ReferenceTables } from '../tables/reference-tables.ts';
import type { KnownSubject, SubjectCorner } from './subject-corner.ts';

export interface CornerParts {
  readonly quarantine: QuarantineFilesParts;
  readonly tables: Pick<ReferenceTables, 'countSubject' | 'eraseSubject'>;
  readonly statements: Pick<StatementBook, 'naming' | 'remove'>;
  readonly vault: Pick<TokenVault, 'originals' | 'forget'>;
}

/** The corners of this version. A part that comes to keep something of persons adds its own. */
export function cornersOf({ quarantine, tables, statements, vault }: CornerParts): readonly SubjectCorner[] {
  return [
    {
      where: 'quarantine',
      count: (subject) => countQuarantined(quarantined(subject), quarantine),
      erase: (subject) => eraseQuarantined(quarantined(subject), quarantine),
    },
    {
      where: 'tables of reference',
      count: async ({ places }) =>
        tablesOf(places).reduce((sum, [name, columns]) => sum + tables.countSubject(name, columns), 0),
      erase: async ({ places }) => {
        let rows = 0;
        for (const [name, columns] of tablesOf(places)) rows += await tables.eraseSubject(name, columns);
        return rows;
      },
    },
    {
      where: 'sealed statements',
      count: async (subject) => (await statements.naming(valuesOf(subject))).length,
      erase: async (subject) => {
        const digests = await statements.naming(valuesOf(subject));
        await statements.remove(digests);
        return digests.length;
      },
    },
    {
      where: 'vault of tokens',
      count: async (subject) => {
        let count = 0;
        for (const domain of domainsOf(subject)) count += (await vault.originals(domain, valuesOf(subject))).size;
        return count;
      },
      erase: async (subject) => {
        let gone = 0;
        for (const domain of domainsOf(subject)) gone += await vault.forget(domain, valuesOf(subject));
        return gone;
      },
    },
  ];
}

function domainsOf({ places }: KnownSubject): readonly string[] {
  return [...new Set(places.flatMap(({ domain }) => (domain === null ? [] : [domain])))];
}

function quarantined({ places }: KnownSubject) {
  return places
    .filter(({ kind }) => kind === 'stream')
    .map(({ relation, column, values }) => ({ stream: relation, column, values }));
}

/** The tables of reference among places, with what the person is called in them. */
export function tablesOf(places: readonly StoredPlace[]) {
  const own = places.filter(({ kind }) => kind === 'table');
  return [...Map.groupBy(own, ({ relation }) => relation)].map(
    ([name, of]) => [name, of.map(({ column, values }) => ({ name: column, values }))] as const,
  );
}

/** What the person is called; a device of theirs is somewhere else a device. */
function valuesOf({ places }: KnownSubject): readonly (string | number)[] {
  const named = places.filter((place) => !isDevicePlace(place));
  return [...new Set(named.flatMap(({ values }) => values))];
}
