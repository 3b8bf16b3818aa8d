import type { Micros, Millis } from '#base/core/index.ts';
import { keepOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { isHeldBy, keptFrom, receiptOf } from '#flow/store/index.ts';
import type { Hold, Segment } from '#flow/store/index.ts';

/** What goes of a stream, and when. Times are epoch microseconds. */
export interface StreamRetention {
  readonly stream: string;
  readonly min: Millis | null;
  readonly max: Millis | null;
  /** Sealed, all of them. */
  readonly segments: number;
  readonly rows: number;
  /** Segments that have readings which are to go now, unless they are held. */
  readonly due: number;
  readonly held: number;
  /** What goes next, first what goes first; at most `MOST_NEXT`. */
  readonly next: readonly {
    readonly segment: string;
    readonly rows: number;
    /** When its first reading goes at the latest, and when its last. */
    readonly begins: number;
    readonly ends: number;
    readonly held: boolean;
  }[];
}

/** Stored readings of a stream that another template, or the end of a hold, lets go at once. */
export interface Going {
  readonly stream: string;
  readonly segments: number;
  /** Of these segments; some of them may be kept. */
  readonly rows: number;
}

const MOST_NEXT = 20;

/** What will go of what is sealed, before it goes: by stream, in the order of the template, those it no longer has last. */
export function retentionPlan(
  template: Template,
  segments: readonly Segment[],
  holds: readonly Hold[],
  now: Micros,
): readonly StreamRetention[] {
  const names = new Set([...template.streams.keys(), ...segments.map(({ stream }) => stream)]);
  return [...names].map((stream) => {
    const declared = template.streams.get(stream);
    const { min, max } = declared === undefined ? { min: null, max: null } : keepOf(template, declared);
    const from = keptFrom({ min, max }, now);
    const own = segments
      .filter((segment) => segment.stream === stream)
      .toSorted((a, b) => receiptOf(a).first - receiptOf(b).first);
    const next = own.slice(0, max === null ? 0 : MOST_NEXT).map((segment) => {
      const { first, last } = receiptOf(segment);
      const [begins, ends] = [first, last].map((time) => time + (max ?? 0) * 1_000) as [number, number];
      return { segment: segment.id, rows: segment.rows, begins, ends, held: isHeldBy(segment, holds) };
    });
    return {
      stream,
      min,
      max,
      segments: own.length,
      rows: own.reduce((sum, segment) => sum + segment.rows, 0),
      due: from === null ? 0 : own.filter((segment) => receiptOf(segment).first < from).length,
      held: own.filter((segment) => isHeldBy(segment, holds)).length,
      next,
    };
  });
}

/** What a template lets go as soon as it is in force, and the one that is in force keeps: it does not come back. */
export function goingUnder(
  next: Template,
  current: Template,
  segments: readonly Segment[],
  holds: readonly Hold[],
  now: Micros,
): readonly Going[] {
  return byStream(
    segments.filter(
      (segment) => isDue(next, segment, now) && !isDue(current, segment, now) && !isHeldBy(segment, holds),
    ),
  );
}

/** What is past its time and goes as soon as fewer holds stand: it does not come back. */
export function goingWithout(
  template: Template,
  segments: readonly Segment[],
  holds: { readonly before: readonly Hold[]; readonly after: readonly Hold[] },
  now: Micros,
): readonly Going[] {
  return byStream(
    segments.filter(
      (segment) => isDue(template, segment, now) && isHeldBy(segment, holds.before) && !isHeldBy(segment, holds.after),
    ),
  );
}

function isDue(template: Template, segment: Segment, now: Micros): boolean {
  const declared = template.streams.get(segment.stream);
  const from = declared === undefined ? null : keptFrom(keepOf(template, declared), now);
  return from !== null && receiptOf(segment).first < from;
}

function byStream(going: readonly Segment[]): readonly Going[] {
  return [...Map.groupBy(going, ({ stream }) => stream)].map(([stream, own]) => ({
    stream,
    segments: own.length,
    rows: own.reduce((sum, { rows }) => sum + rows, 0),
  }));
}
