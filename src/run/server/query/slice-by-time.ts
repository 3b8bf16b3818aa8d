import type { PlannedRelation } from '#flow/query/index.ts';
import type { Segment } from '#flow/store/index.ts';

type Timed = Pick<Segment, 'id' | 'rows' | 'minTime' | 'maxTime'>;

interface Window {
  readonly from: number;
  readonly to: number;
}

/**
 * What a statement reads of one span of time after the other, so that each opens about so many rows, and no more segments
 * than it may need.
 *
 * @param relations all that it reads
 * @param name the relation that is cut
 * @param segments those of it, with times and rows as the catalogue has them
 */
export function sliceByTime(
  relations: readonly PlannedRelation[],
  name: string,
  segments: readonly Timed[],
  rows: number,
): readonly (readonly PlannedRelation[])[] {
  const timed = new Map(segments.map((segment) => [segment.id, segment]));
  return windowsOf(segments, rows).map((window) =>
    relations.map((relation) => {
      if (relation.name !== name) return relation;
      const within = relation.segments.filter(({ id }) => {
        const of = timed.get(id);
        return of === undefined || (of.maxTime >= window.from && of.minTime < window.to);
      });
      return { ...relation, segments: within, window };
    }),
  );
}

/**
 * Spans of time, one after the other, that hold all rows of some segments: each about so many, were the rows of a segment
 * spread evenly over its time.
 */
export function windowsOf(segments: readonly Timed[], rows: number): readonly Window[] {
  const edges = new Map<number, number>();
  const change = (at: number, by: number): void => void edges.set(at, (edges.get(at) ?? 0) + by);
  for (const { minTime, maxTime, rows: count } of segments) {
    const perMicro = count / (maxTime + 1 - minTime);
    change(minTime, perMicro);
    change(maxTime + 1, -perMicro);
  }
  const points = [...edges.keys()].sort((a, b) => a - b);
  const windows: Window[] = [];
  let [from, held, density] = [points[0] ?? 0, 0, 0];
  const close = (to: number): void => {
    if (to > from) windows.push({ from, to });
    [from, held] = [to, 0];
  };
  for (const [at, point] of points.entries()) {
    density = Math.max(0, density + (edges.get(point) ?? 0));
    const next = points[at + 1];
    if (next === undefined) break;
    for (let start = point; start < next;) {
      const room = density === 0 ? Infinity : Math.max(1, Math.floor((rows - held) / density));
      const end = Math.min(next, start + room);
      held += (end - start) * density;
      start = end;
      if (held >= rows * 0.99) close(end);
    }
  }
  close(points.at(-1) ?? 0);
  return windows;
}
