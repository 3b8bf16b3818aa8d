import type { Json } from '#base/core/index.ts';
import type { ApiAnswer } from '../door-trials.ts';
import type { ProbePlatform } from '../probe-platform.ts';
import { eventually } from './eventually.ts';

/** Asks for the probe's rows that carry a canary until as many are there as expected, or patience is at its end. */
export function findByCanary(platform: ProbePlatform, canary: string, expected: number): Promise<ApiAnswer> {
  const sql = `select count(*) as n from _probe where canary = '${canary}'`;
  return askUntil(platform, sql, (answer) => countOf(answer) >= expected);
}

/** The number in the first row of an answer; -1 where it has none. */
export function countOf(answer: ApiAnswer): number {
  const [row] = rowsOf(answer) as readonly { n?: unknown }[];
  return row === undefined ? -1 : Number(row.n ?? -1);
}

/**
 * The probe's rows whose canary begins so, by canary, asked for until as many are there as expected, or patience is at
 * its end.
 */
export async function rowsByCanary(
  platform: ProbePlatform,
  canary: string,
  columns: string,
  expected: number,
): Promise<readonly Readonly<Record<string, Json>>[]> {
  const sql = `select ${columns} from _probe where starts_with(canary, '${canary}') order by canary`;
  return rowsOf(await askUntil(platform, sql, (answer) => rowsOf(answer).length >= expected));
}

function askUntil(platform: ProbePlatform, sql: string, isThere: (answer: ApiAnswer) => boolean): Promise<ApiAnswer> {
  return eventually(() => platform.query(sql), isThere, platform.patienceMs);
}

function rowsOf({ body }: ApiAnswer): readonly Readonly<Record<string, Json>>[] {
  return Array.isArray(body) ? (body as Readonly<Record<string, Json>>[]) : [];
}
