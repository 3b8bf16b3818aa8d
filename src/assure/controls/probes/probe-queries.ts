import type { Json } from '#base/core/index.ts';
import type { ApiAnswer, ProbePlatform } from '../probe-platform.ts';

/** Rows become visible within a second of their acknowledgement; two leave room for a busy machine. */
const VISIBLE_WITHIN_MS = 2_000;

/** Asks for the probe's rows that carry a canary until as many are there as expected, or time is up. */
export async function findByCanary(platform: ProbePlatform, canary: string, expected: number): Promise<ApiAnswer> {
  const deadline = performance.now() + VISIBLE_WITHIN_MS;
  for (;;) {
    const answer = await platform.query(`select count(*) as n from _probe where canary = '${canary}'`);
    if (countOf(answer) >= expected || performance.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The number in the first row of an answer; -1 where it has none. */
export function countOf(answer: ApiAnswer): number {
  const rows = answer.body;
  if (!Array.isArray(rows)) return -1;
  const [row] = rows as { n?: unknown }[];
  return row === undefined ? -1 : Number(row.n ?? -1);
}

/** The probe's rows whose canary begins so, by canary, asked for until as many are there as expected, or time is up. */
export async function rowsByCanary(
  platform: ProbePlatform,
  canary: string,
  columns: string,
  expected: number,
): Promise<readonly Readonly<Record<string, Json>>[]> {
  const deadline = performance.now() + VISIBLE_WITHIN_MS;
  for (;;) {
    const where = `where starts_with(canary, '${canary}') order by canary`;
    const { body } = await platform.query(`select ${columns} from _probe ${where}`);
    const rows = Array.isArray(body) ? (body as Readonly<Record<string, Json>>[]) : [];
    if (rows.length >= expected || performance.now() > deadline) return rows;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
