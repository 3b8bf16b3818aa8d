import { SYSTEM_COLUMNS } from '#base/core/index.ts';
import type { Batch, Column, FieldType, NamedColumn } from '#base/core/index.ts';
import { windowColumns, windowSeq } from './window-layout.ts';
import { HELD } from './window-slots.ts';
import type { WindowStates } from './window-slots.ts';

/**
 * The rows of closed windows, as a batch of their stream: the time of a row is the beginning of its window, its `seq`
 * that in seconds, and it was received when the window was closed.
 *
 * @param closed epoch microseconds
 */
export function windowRows(states: WindowStates, closed: number): Batch {
  const { layout, template, devices, starts, by, held } = states;
  const rows = devices.length;
  const system: Readonly<Record<string, Column>> = {
    device: textColumn(devices),
    time: numbers('time', starts),
    received: numbers(
      'time',
      starts.map(() => closed),
    ),
    seq: numbers('integer', starts.map(windowSeq)),
    time_given: { type: 'boolean', values: new Uint8Array(rows).fill(1), nulls: null },
    via: textColumn(devices.map(() => null)),
  };
  const stride = layout.of.length * HELD;
  const measured = layout.of.flatMap(({ measures }, field) =>
    measures.map((measure): (number | null)[] =>
      starts.map((_, row) => {
        const at = row * stride + field * HELD;
        const count = held[at]!;
        if (measure === 'count') return count;
        if (count === 0) return null;
        return measure === 'mean' ? held[at + 1]! / count : held[at + (measure === 'min' ? 2 : 3)]!;
      }),
    ),
  );
  const values = [...layout.by.map((_, i) => by.map((each) => each[i] ?? null)), ...measured];
  const own = windowColumns(layout).map(({ name, type }, i): NamedColumn => ({
    name,
    data: columnOf(type, values[i]!),
  }));
  return {
    stream: layout.stream,
    template,
    rows,
    columns: [...SYSTEM_COLUMNS.map(({ name }) => ({ name, data: system[name]! })), ...own],
  };
}

/** A column of values; null where there is none. */
export function columnOf(type: FieldType, values: readonly (string | number | null)[]): Column {
  if (type === 'text') return textColumn(values as readonly (string | null)[]);
  const nulls = nullsOf(values);
  if (type === 'boolean') return { type, values: Uint8Array.from(values, (value) => Number(value ?? 0)), nulls };
  return { type, values: Float64Array.from(values, (value) => Number(value ?? 0)), nulls };
}

function numbers(type: 'time' | 'integer', values: readonly number[]): Column {
  return { type, values: Float64Array.from(values), nulls: null };
}

function textColumn(values: readonly (string | null)[]): Column {
  const dictionary: string[] = [];
  const known = new Map<string, number>();
  const codes = Uint32Array.from(values, (value) => {
    if (value === null) return 0;
    const code = known.get(value) ?? dictionary.push(value) - 1;
    known.set(value, code);
    return code;
  });
  return { type: 'text', codes, dictionary, nulls: nullsOf(values) };
}

function nullsOf(values: readonly unknown[]): Uint8Array | null {
  return values.includes(null) ? Uint8Array.from(values, (value) => (value === null ? 1 : 0)) : null;
}
