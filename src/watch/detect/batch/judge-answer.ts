import type { SeenScore } from '../live/device-judge.ts';
import type { Finding } from '../live/finding.ts';
import { StreamWatch } from '../live/stream-watch.ts';
import type { WatchPlan } from '../live/watch-plan.ts';
import { answeredBatch } from './answered-batch.ts';
import type { AnsweredRow, AnswerShape } from './answered-batch.ts';

/** What a block of rows made of what was known. */
export interface JudgedRows {
  /** Rows of the block; of all blocks, all of the answer. */
  readonly rows: number;
  /** Found, or changed in what was found before: the latest of an id counts. */
  readonly findings: readonly Finding[];
  /** What detectors said of rows, device by device in their order; empty where nobody asked. */
  readonly scores: readonly SeenScore[];
}

/** Rows that are judged at once: shares and counterfactuals are of detectors that know the rest of a block. */
const BLOCK = 64;

/**
 * Judges rows of an answer as the live watch judges readings: by the same code, from nothing known on, row by row in the
 * order in which they came. What the processor has no time for in the live watch is judged here. Types of devices are not
 * known, silence and what the log says are not looked for.
 *
 * @param rows in the order in which readings came
 * @param scored whether scores are wanted
 * @throws {DetectError} DETECT_ROWS_UNFIT where a row has no time or no device
 */
export async function* judgeAnswer(
  rows: AsyncIterable<AnsweredRow> | Iterable<AnsweredRow>,
  shape: AnswerShape,
  plan: WatchPlan,
  { scored = false }: { readonly scored?: boolean } = {},
): AsyncGenerator<JudgedRows> {
  const stream = new StreamWatch(plan, { monotonicMs: () => 0, typeOf: () => null });
  let scores: SeenScore[] = [];
  if (scored) stream.listen((score) => scores.push(score));
  let block: AnsweredRow[] = [];
  const judge = (): JudgedRows => {
    const { channels, drift } = stream.take(answeredBatch(block, shape));
    const { found } = stream.judge({ shedding: false, open: true });
    const judged = { rows: block.length, findings: [...channels, ...drift, ...found], scores };
    [block, scores] = [[], []];
    return judged;
  };
  for await (const row of rows) {
    block.push(row);
    if (block.length === BLOCK) yield judge();
  }
  if (block.length > 0) yield judge();
}
