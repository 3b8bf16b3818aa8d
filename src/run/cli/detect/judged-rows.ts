import { formatMicros, micros } from '#base/core/index.ts';
import type { JudgedRows } from '#watch/detect/index.ts';
import type { Alert } from '#watch/respond/index.ts';
import type { RowTable, RowValue } from './write-rows.ts';

const ALERT_COLUMNS: RowTable['columns'] = [
  { name: 'start', type: 'time' },
  { name: 'end', type: 'time' },
  { name: 'severity', type: 'text' },
  { name: 'device', type: 'text' },
  { name: 'detectors', type: 'text' },
  { name: 'times_limit', type: 'number' },
  { name: 'field', type: 'text' },
  { name: 'what', type: 'text' },
];

/** Alerts of a past: a row each, and the whole of each for whoever asks for JSON. */
export function alertTable(alerts: readonly Alert[]): RowTable {
  return { columns: ALERT_COLUMNS, rows: alerts.map(rowOf), documents: alerts.map(documentOf) };
}

function rowOf({ start, end, severity, device, detectors, causes, sentence }: Alert): readonly RowValue[] {
  const [first] = detectors;
  const times = first === undefined ? null : Number((first.score / first.limit).toPrecision(4));
  const names = detectors.map(({ name }) => name).join(' ');
  return [start, end, severity, device, names, times, causes[0]?.field ?? null, sentence];
}

/** An alert without what people and rules said of it: nobody was asked. */
function documentOf({ state: _state, raised: _raised, changed: _changed, answers: _answers, ...alert }: Alert): object {
  const at = ({ time, values }: Alert['evidence'][number]) => ({ time: formatMicros(micros(time)), values });
  return {
    ...alert,
    start: formatMicros(micros(alert.start)),
    end: formatMicros(micros(alert.end)),
    nearest: alert.nearest === null ? null : at(alert.nearest),
    evidence: alert.evidence.map(at),
  };
}

/**
 * What detectors said of rows: a score and the limit it was held against for each of them, empty where it said nothing of
 * the row or knows too little for a limit, and those that were beyond it.
 *
 * @param series name of the column that tells whose a row is
 * @param time name of the column of times
 */
export function scoreTable(
  judged: AsyncIterable<JudgedRows>,
  detectors: readonly string[],
  series: string,
  time: string,
): RowTable {
  const each = detectors.flatMap((name) => [name, `${name}.limit`]);
  return {
    columns: [
      { name: series, type: 'text' },
      { name: time, type: 'time' },
      ...each.map((name) => ({ name, type: 'number' as const })),
      { name: 'beyond', type: 'text' },
    ],
    rows: scoreRows(judged, new Map(detectors.map((name, i) => [name, 2 + 2 * i]))),
  };
}

async function* scoreRows(
  judged: AsyncIterable<JudgedRows>,
  places: ReadonlyMap<string, number>,
): AsyncGenerator<readonly RowValue[]> {
  const width = 3 + 2 * places.size;
  for await (const { scores } of judged) {
    let row: RowValue[] | null = null;
    for (const { device, time, detector, score, limit, beyond } of scores) {
      if (row === null || row[0] !== device || row[1] !== time) {
        if (row !== null) yield row;
        row = Array.from<RowValue>({ length: width }).fill(null);
        [row[0], row[1], row[width - 1]] = [device, time, ''];
      }
      const place = places.get(detector);
      if (place === undefined) continue;
      [row[place], row[place + 1]] = [score, Number.isFinite(limit) ? limit : null];
      if (beyond) row[width - 1] = `${String(row[width - 1])} ${detector}`.trim();
    }
    if (row !== null) yield row;
  }
}
