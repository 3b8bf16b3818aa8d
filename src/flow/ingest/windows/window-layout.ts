import type { FieldType } from '#base/core/index.ts';
import { intakeFields, measureColumn } from '#declare/template/index.ts';
import type { Measure, Stream } from '#declare/template/index.ts';

/** How the readings of a stream become rows of windows: what tells windows apart, and what each keeps. */
export interface WindowLayout {
  readonly stream: string;
  /** Length of a window and how long after its end it takes readings, in microseconds. */
  readonly every: number;
  readonly wait: number;
  /**
   * Epoch microseconds from which on readings are taken: when other windows of the stream gave way to these, so that no
   * window of either has the name of another. 0 where none did.
   */
  readonly since: number;
  /** Fields that are kept as they are. */
  readonly by: readonly { readonly name: string; readonly type: FieldType }[];
  /** Fields that are measured; numbers and integers. */
  readonly of: readonly { readonly name: string; readonly type: FieldType; readonly measures: readonly Measure[] }[];
}

/** The layout of a stream's windows; null where its readings are stored one by one. */
export function windowLayoutOf(stream: Stream, since = 0): WindowLayout | null {
  const { aggregate, name } = stream;
  if (aggregate === undefined) return null;
  const fields = new Map(intakeFields(stream).map((field) => [field.name, field]));
  const stored = (field: string): FieldType[] => {
    const declared = fields.get(field);
    return declared === undefined || declared.withheld === true || declared.class === 'secret' ? [] : [declared.type];
  };
  return {
    stream: name,
    every: aggregate.every * 1_000,
    wait: aggregate.wait * 1_000,
    since,
    by: aggregate.by.flatMap((field) => stored(field).map((type) => ({ name: field, type }))),
    of: aggregate.of.flatMap(({ field, measures }) => stored(field).map((type) => ({ name: field, type, measures }))),
  };
}

/** The columns of a layout's rows behind the system columns, as the template declares them. */
export function windowColumns({
  by,
  of,
}: WindowLayout): readonly { readonly name: string; readonly type: FieldType }[] {
  return [
    ...by,
    ...of.flatMap(({ name, type, measures }) =>
      measures.map((measure) => ({
        name: measureColumn(name, measure),
        type: measure === 'mean' ? ('number' as const) : measure === 'count' ? ('integer' as const) : type,
      })),
    ),
  ];
}

/** Whether two layouts make the same rows. */
export function isSameLayout(one: WindowLayout, other: WindowLayout): boolean {
  return JSON.stringify({ ...one, since: 0 }) === JSON.stringify({ ...other, since: 0 });
}

/** The beginning of the window that a time lies in; epoch microseconds. The first of a layout may be a short one. */
export function windowStart(time: number, { every, since }: Pick<WindowLayout, 'every' | 'since'>): number {
  return Math.max(Math.floor(time / every) * every, since);
}

/** Its end: the next multiple of the length. */
export function windowEnd(start: number, { every }: Pick<WindowLayout, 'every'>): number {
  return (Math.floor(start / every) + 1) * every;
}

/** The number by which the row of a window is told from others of its device: its beginning in epoch seconds. */
export function windowSeq(start: number): number {
  return Math.floor(start / 1_000_000);
}

/** Column of the device table in which it is noted which windows of a stream are written. */
export function windowRecord(stream: string): string {
  return `${stream}/windows`;
}
