import { quoteName } from '../execute/engine.ts';

/** Rows that are to leave the platform, and what in them could tell who somebody is. */
export interface ReleaseShape {
  readonly view: string;
  readonly columns: readonly string[];
  /** Columns that others may know of a person and find them by: together they make groups. */
  readonly quasi: readonly string[];
  /** Columns of which a group must not give one value away. */
  readonly sensitive: readonly string[];
  /** The column that names whose a row is; null where rows are counted instead of persons. */
  readonly person: string | null;
  /** Least persons in a group. */
  readonly k: number;
  /** Least distinct values of each sensitive column in a group. */
  readonly l: number;
}

/** Groups as they are, or as they are left. */
export interface GroupRisk {
  readonly rows: number;
  readonly groups: number;
  /** Persons of the smallest group, and the fewest values of a sensitive column in any; null where there is no group. */
  readonly k: number | null;
  readonly l: number | null;
  /** Share of groups with one person alone. */
  readonly unique: number;
  /** Chance to name somebody of whom the columns are known: at most, and over all groups. */
  readonly greatest: number;
  readonly mean: number;
}

export interface ReleaseRisk {
  readonly before: GroupRisk;
  readonly after: GroupRisk;
  /** Rows that are left out, since their groups are too small or too much alike. */
  readonly suppressed: number;
}

/**
 * The statement that weighs a release: one row about all groups, one about those that are left.
 *
 * @see L. Sweeney, k-anonymity, 2002; A. Machanavajjhala et al., l-diversity, 2007
 */
export function riskSql(shape: ReleaseShape): string {
  const weigh = (which: string, condition: string): string =>
    `SELECT '${which}' AS which, CAST(coalesce(sum(n), 0) AS BIGINT) AS "rows", count(*) AS "groups", min(p) AS k, min(d) AS l, ` +
    `coalesce(avg(CASE WHEN p = 1 THEN 1.0 ELSE 0.0 END), 0) AS "unique", coalesce(max(1.0 / p), 0) AS greatest, ` +
    `coalesce(count(*) / nullif(sum(p), 0), 0) AS mean FROM g${condition}`;
  return `WITH ${groupsSql(shape)} ${weigh('before', '')} UNION ALL ${weigh('after', ` WHERE ${keptSql(shape)}`)}`;
}

/** The rows that may leave, in an order that tells nothing. */
export function releaseSql(shape: ReleaseShape): string {
  const list = shape.columns.map((name) => `r.${quoteName(name)}`).join(', ');
  const same = shape.quasi.map((name) => `r.${quoteName(name)} IS NOT DISTINCT FROM g.${quoteName(name)}`);
  const joined = same.length === 0 ? '1 = 1' : same.join(' AND ');
  return `WITH ${groupsSql(shape)} SELECT ${list} FROM r JOIN g ON ${joined} WHERE ${keptSql(shape)} ORDER BY random()`;
}

/** What a release is weighed as, of the two rows of `riskSql`. */
export function readRisk(rows: readonly Readonly<Record<string, unknown>>[]): ReleaseRisk {
  const of = (which: string): GroupRisk => {
    const row = rows.find((each) => each['which'] === which) ?? {};
    const number = (name: string): number => Number(row[name] ?? 0);
    const least = (name: string): number | null =>
      row[name] === null || row[name] === undefined ? null : Number(row[name]);
    return {
      rows: number('rows'),
      groups: number('groups'),
      k: least('k'),
      l: least('l'),
      unique: number('unique'),
      greatest: number('greatest'),
      mean: number('mean'),
    };
  };
  const [before, after] = [of('before'), of('after')];
  return { before, after, suppressed: before.rows - after.rows };
}

function groupsSql({ view, columns, quasi, sensitive, person }: ReleaseShape): string {
  const taken = [...new Set([...columns, ...quasi, ...sensitive, ...(person === null ? [] : [person])])];
  const keys = quasi.map(quoteName);
  const persons = person === null ? 'count(*)' : `count(DISTINCT ${quoteName(person)})`;
  // A value that is missing is a value like any other: a group in which all lack it gives that away.
  const values = sensitive.map((name) => {
    const column = quoteName(name);
    return `count(DISTINCT ${column}) + CASE WHEN count(*) > count(${column}) THEN 1 ELSE 0 END`;
  });
  const diversity =
    values.length === 0 ? 'NULL' : values.length === 1 ? values.join('') : `least(${values.join(', ')})`;
  const grouped = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`;
  return (
    `r AS (SELECT ${taken.map(quoteName).join(', ')} FROM ${quoteName(view)}), ` +
    `g AS (SELECT ${keys.map((key) => `${key}, `).join('')}count(*) AS n, ${persons} AS p, CAST(${diversity} AS BIGINT) AS d FROM r${grouped})`
  );
}

function keptSql({ k, l, sensitive }: ReleaseShape): string {
  return `g.p >= ${Math.trunc(k)}${sensitive.length === 0 ? '' : ` AND g.d >= ${Math.trunc(l)}`}`;
}
