import type { LiveWindowTrial, PublishOutcome } from '#assure/controls/index.ts';
import { TRIAL_WINDOWS } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';

const READINGS = 20;
/** Of the stream's `range`. */
const GREATEST = 100;
const NEAR = 1e-9;

/** What the trial reaches of the platform. */
export interface WindowOwnParts {
  /** Sends readings as the device `_probe`, over MQTT. */
  readonly publish: (topic: string, payloads: readonly string[]) => Promise<readonly PublishOutcome[]>;
  /** Asks as the prober. @returns rows by column; none where it was refused */
  readonly query: (sql: string) => Promise<readonly Readonly<Record<string, Json>>[]>;
  /** A word that nothing else holds, and how many files hold one. */
  readonly canary: () => string;
  readonly search: (canary: string) => Promise<number>;
  /** Numbers from 0 up to 1. */
  readonly random: () => number;
  readonly nowMs: () => number;
  /** Whether the window of a time is open still, in epoch milliseconds. */
  readonly isOpen: (time: number, now: number) => boolean;
  /** Asks until it is so, or for some seconds. */
  readonly within: (ask: () => Promise<boolean>) => Promise<boolean>;
}

/**
 * Sends readings of one moment to a stream that is aggregated at the door, one of them out of range, and asks for what is
 * stored: nothing while the window is open, then one row with the measures of what was taken, and in no file the text that
 * came with them.
 */
export async function windowOwn(parts: WindowOwnParts): Promise<LiveWindowTrial> {
  const { publish, query, canary, search, random, nowMs, isOpen, within } = parts;
  const [mark, note] = [canary(), canary()];
  const values = Array.from({ length: READINGS }, () => random() * GREATEST);
  const time = nowMs();
  const payload = (value: number): string => JSON.stringify({ time: time / 1_000, mark, value, note });
  const outcomes = await publish(`streams/${TRIAL_WINDOWS}`, [...values, GREATEST + 1].map(payload));
  const taken = outcomes.slice(0, READINGS).filter(({ code }) => code < 128).length;
  const sql = `select * from ${TRIAL_WINDOWS} where mark = '${mark}'`;
  const before = (await query(sql)).length;
  const early = isOpen(time, nowMs()) ? before : 0;
  let rows: readonly Readonly<Record<string, Json>>[] = [];
  await within(async () => (rows = await query(sql)).length > 0);
  const [row] = rows;
  return {
    acknowledged: taken,
    refused: outcomes.slice(READINGS).filter(({ code }) => code >= 128).length,
    early,
    rows: rows.length,
    right: row !== undefined && isRight(row, values) && !JSON.stringify(rows).includes(note),
    found: await search(note),
  };
}

/** Engines give whole numbers of 64 bits as texts. */
function isRight(row: Readonly<Record<string, Json>>, values: readonly number[]): boolean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const stored = (measure: string): number => Number(row[`value_${measure}`] ?? Number.NaN);
  return (
    row['value'] === undefined &&
    row['note'] === undefined &&
    stored('count') === values.length &&
    stored('min') === Math.min(...values) &&
    stored('max') === Math.max(...values) &&
    Math.abs(stored('mean') - mean) < NEAR
  );
}
