import type { Batch, Column } from '#base/core/index.ts';
import { FLOW_FIELDS } from '#declare/template/index.ts';
import type { FlowReading } from '#learn/flows/index.ts';

/** Flows of devices as a batch of the stream `flows`. */
export function flowBatch(rows: readonly (readonly [device: string, flow: FlowReading])[]): Batch {
  const text = (values: readonly (string | null)[]): Column => {
    const dictionary = [...new Set(values.map((value) => value ?? ''))];
    const codes = Uint32Array.from(values, (value) => dictionary.indexOf(value ?? ''));
    return { type: 'text', codes, dictionary, nulls: Uint8Array.from(values, (value) => (value === null ? 1 : 0)) };
  };
  const number = (values: readonly (number | null)[], type: 'number' | 'integer' | 'time' = 'number'): Column => ({
    type,
    values: Float64Array.from(values, (value) => value ?? 0),
    nulls: Uint8Array.from(values, (value) => (value === null ? 1 : 0)),
  });
  const columns = Object.entries(FLOW_FIELDS).map(([name, { type }]) => {
    const values = rows.map(([, flow]) => flow[name as keyof FlowReading]);
    return { name, data: type === 'text' ? text(values as (string | null)[]) : number(values as (number | null)[]) };
  });
  const times = rows.map(([, { time }]) => Math.round(time * 1e6));
  return {
    stream: 'flows',
    template: '',
    rows: rows.length,
    columns: [
      { name: 'device', data: text(rows.map(([device]) => device)) },
      { name: 'time', data: number(times, 'time') },
      { name: 'received', data: number(times, 'time') },
      ...columns,
    ],
  };
}
