import { rowsOf, seriesEnsemble } from '#watch/detect/index.ts';
import type { DetectBench } from '../bench-set.ts';
import { dataPath, readText } from '../data/corpus.ts';
import { numbersOf, parseTable } from '../data/read-table.ts';
import type { Contender } from '../contenders.ts';
import { nabScore, probationOf, STANDARD_PROFILE } from '../measures/nab-score.ts';
import type { NabSeries } from '../measures/nab-score.ts';

/** Rows after which the tail of a series' scores is fitted anew. */
const REFIT = 200;
/** What is so rare is an alarm while there was none of late: one row in so many. */
const LIMIT = Math.log(200);
/** Rows in which one alarm is paid for; more than a row in 200 would have it, as several rows are of one event. */
const PAID = 600;
/** How much stricter alarms can make the limit, as for thresholds of the watch. */
const MOST_STRICT = 6;
/** Rows with nothing beyond the limit that end an alarm. */
const QUIET = 50;

/** NAB: series of one metric each, as streams; alarms are worth the more the earlier they come in a window. */
export const nab: DetectBench = () => {
  const labels = JSON.parse(readText(dataPath('nab', 'labels', 'combined_windows.json'))) as Record<
    string,
    [string, string][]
  >;
  const corpus = Object.entries(labels).map(([file, windows]) => {
    const table = parseTable(readText(dataPath('nab', 'data', `${file}.gz`)));
    const stamps = table.cells.map(([stamp = '']) => stamp);
    const places = windows.map(([from, to]): readonly [number, number] => [
      stamps.findIndex((stamp) => stamp >= from.slice(0, 19)),
      stamps.findLastIndex((stamp) => stamp <= to.slice(0, 19)),
    ]);
    const contenders = raritiesOfAll(numbersOf(table, 'value'), stamps);
    return { name: file.replace(/\.csv$/, ''), windows: places, contenders };
  });
  const names = corpus[0]!.contenders.map(({ name }) => name);
  const judged = names.map((name, i) => {
    const series = corpus.map(({ windows, contenders }) => ({ scores: alarmsOf(contenders[i]!.scores), windows }));
    return { name, series, ...nabScore(series, STANDARD_PROFILE) };
  });
  const ensemble = judged.at(-1)!;
  return {
    columns: ['windows', 'windows with an alarm', 'alarms outside'],
    rows: corpus.map(({ name }, i) => ({ name, figures: countsOf(ensemble.series[i]!, ensemble.threshold) })),
    bars: judged.map(({ name, score }) => ({ name: `standard profile, ${name}`, ours: score, must: 62, aim: 74.4 })),
    ensemble: {
      ensemble: ensemble.score,
      parts: judged.slice(0, -1).map(({ name, score }) => ({ name, figure: score })),
      point: 1,
    },
    protocol: [
      'Two detectors as streams: sequence surprisal with the hour given, which has its ranges from the probation, and neighbours of windows of six rows;',
      'each score as how rare it is among those of the series before; the two added up where they are within 50 rows; one threshold for the corpus. Counts are those of the ensemble.',
      `Alarms as those of the watch are (decision 47): each makes the limit e times stricter until ${PAID} rows have paid for it, and goes on until ${QUIET} rows are below.`,
    ],
  };
};

/** How rare each value is by what came before it, in the eyes of each detector and of both together. */
function raritiesOfAll(values: Float64Array, stamps: readonly string[]): readonly Contender[] {
  const withHour = new Float64Array(2 * values.length);
  for (const [row, stamp] of stamps.entries()) withHour.set([values[row]!, Number(stamp.slice(11, 13))], 2 * row);
  // All scores of a series tell how high usual ones go: its memory ends with none.
  const settings = { given: 1, first: probationOf(values.length), memory: 2 * values.length, every: REFIT };
  const { scores, parts } = seriesEnsemble.create(2, settings).stepParts(rowsOf(withHour, 2));
  const alone = parts.map(({ name, rarities }): Contender => ({ name, scores: rarities }));
  return [...alone, { name: 'ensemble', scores }];
}

/**
 * Rarities as they count for alarms, by the feedback of the watch's thresholds: each alarm makes the limit as strict as
 * if the budget were e times smaller, and time takes that back. 0 while an alarm goes on.
 */
function alarmsOf(rarities: Float64Array): Float64Array {
  let [strict, beyond] = [0, -Infinity];
  return rarities.map((rarity, row) => {
    strict = Math.max(0, strict - 1 / PAID);
    const held = rarity - strict;
    const goesOn = row - beyond <= QUIET;
    if (held >= LIMIT) {
      if (!goesOn) strict = Math.min(MOST_STRICT, strict + 1);
      beyond = row;
    }
    return goesOn ? 0 : held;
  });
}

function countsOf({ scores, windows }: NabSeries, threshold: number): number[] {
  const alarms = [...scores.keys()].filter((row) => scores[row]! >= threshold);
  const isIn = (row: number, [first, last]: readonly [number, number]): boolean => row >= first && row <= last;
  return [
    windows.length,
    windows.filter((window) => alarms.some((row) => isIn(row, window))).length,
    alarms.filter((row) => !windows.some((window) => isIn(row, window))).length,
  ];
}
