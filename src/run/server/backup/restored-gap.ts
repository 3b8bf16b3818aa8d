import { readFile, rm, writeFile } from 'node:fs/promises';
import { hasCode, micros } from '#base/core/index.ts';
import type { Clock, Micros } from '#base/core/index.ts';
import type { LogGap } from '#trust/identity/index.ts';
import type { DataDirectory } from '../data-directory.ts';

/** Entries that a restored log is known to have had and has no more. */
export interface RestoredGap {
  readonly from: number;
  readonly to: number;
  /** When the last of them was there, at the latest. */
  readonly end: Micros;
}

/** Leaves word of a gap that somebody accepted, for the next start to act upon. */
export async function noteGap(layout: DataDirectory, gap: RestoredGap | null): Promise<void> {
  await writeFile(layout.restored, `${JSON.stringify({ gap })}\n`, { mode: 0o600 });
}

/** Acts on what a restore left word of: everything that was given before the gap's end waits to be confirmed. */
export async function settleGap(
  layout: DataDirectory,
  continuity: { suspend(gap: LogGap): Promise<number> },
  clock: Clock,
): Promise<void> {
  const text = await readFile(layout.restored, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  });
  if (text === null) return;
  const { gap } = JSON.parse(text) as { gap: RestoredGap | null };
  if (gap !== null) {
    const { from, to, end } = gap;
    // Found now, so that everything that was given until then is meant; the end tells which lists may vouch for it.
    await continuity.suspend({ from, to, knownBy: 'witness', end: micros(end), found: clock.now() });
  }
  await rm(layout.restored);
}
