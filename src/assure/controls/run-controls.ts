import type { Clock } from '#base/core/index.ts';
import { formatMicros, minutes } from '#base/core/index.ts';
import type { Control, ControlOutcome, ProbeResult } from './control.ts';
import type { ProbePlatform } from './probe-platform.ts';

/** A probe that says nothing else has this long: machines are busy, and what is promised within a time its probe measures. */
const TIME_LIMIT = minutes(2);

/** Which controls to run: all, those of some rows, or some by id. */
export interface Selection {
  readonly rows: readonly number[];
  readonly ids: readonly string[];
}

/** The controls of a selection in the order of rows and ids, those that look at the others last; an empty selection means all. */
export function selectControls(controls: readonly Control[], selection: Selection): readonly Control[] {
  const all = selection.rows.length === 0 && selection.ids.length === 0;
  return controls
    .filter((control) => all || selection.rows.includes(control.row) || selection.ids.includes(control.id))
    .toSorted((a, b) => Number(a.last === true) - Number(b.last === true) || a.row - b.row || (a.id < b.id ? -1 : 1));
}

/**
 * Runs probes one after the other, so that none disturbs another's evidence.
 *
 * Never rejects for a probe's sake: one that throws or takes too long is a failure with the error as evidence.
 *
 * @param onOutcome told of each outcome before the next probe begins
 */
export async function runControls(
  controls: readonly Control[],
  platform: ProbePlatform,
  clock: Clock,
  onOutcome: (outcome: ControlOutcome) => Promise<void> = async () => {},
): Promise<readonly ControlOutcome[]> {
  const outcomes: ControlOutcome[] = [];
  for (const control of controls) {
    const { id, row, covers, statement, requirements } = control;
    const result = await tryProbe(control, platform);
    const outcome = { id, row, covers, statement, requirements, ...result, at: formatMicros(clock.now()) };
    await onOutcome(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

async function tryProbe(control: Control, platform: ProbePlatform): Promise<ProbeResult> {
  const limit = control.timeLimit ?? TIME_LIMIT;
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<ProbeResult>((resolve) => {
    timer = setTimeout(() => {
      abort.abort();
      resolve({ outcome: 'fail', evidence: { error: `no result within ${limit / 1_000} s` } });
    }, limit);
  });
  try {
    return await Promise.race([control.probe(platform, abort.signal), late]);
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
    return { outcome: 'fail', evidence: { error: error instanceof Error ? error.message : String(error), code } };
  } finally {
    clearTimeout(timer);
  }
}
