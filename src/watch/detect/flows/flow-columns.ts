import type { Batch, Column } from '#base/core/index.ts';
import type { FlowReading } from '#learn/flows/index.ts';

type Texts = Extract<Column, { readonly type: 'text' }>;
type Numbers = Exclude<Column, { readonly type: 'text' }>;

/** Reads the flows of a batch row by row; a column that it has not is null in all its rows. */
export function flowColumns(batch: Batch): (row: number) => { readonly device: string; readonly flow: FlowReading } {
  const columns = new Map(batch.columns.map(({ name, data }) => [name, data]));
  const text = (name: string): ((row: number) => string | null) => {
    const column = columns.get(name);
    return column?.type === 'text' ? (row) => textAt(column, row) : () => null;
  };
  const number = (name: string): ((row: number) => number | null) => {
    const column = columns.get(name);
    return column === undefined || column.type === 'text' ? () => null : (row) => numberAt(column, row);
  };
  const [device, uid, direction, source, destination] = [
    text('device'),
    text('uid'),
    text('direction'),
    text('source_address'),
    text('destination_address'),
  ];
  const [protocol, service, state, query, code, peer] = [
    text('protocol'),
    text('service'),
    text('state'),
    text('query'),
    text('response_code'),
    text('peer_name'),
  ];
  const [time, sourcePort, destinationPort, duration] = [
    number('time'),
    number('source_port'),
    number('destination_port'),
    number('duration'),
  ];
  const [sourceBytes, destinationBytes, sourcePackets, destinationPackets] = [
    number('source_bytes'),
    number('destination_bytes'),
    number('source_packets'),
    number('destination_packets'),
  ];
  return (row) => ({
    device: device(row) ?? '',
    flow: {
      time: (time(row) ?? 0) / 1e6,
      uid: uid(row),
      direction: direction(row) as 'out' | 'in' | null,
      source_address: source(row),
      source_port: sourcePort(row),
      destination_address: destination(row),
      destination_port: destinationPort(row),
      protocol: protocol(row) ?? '0',
      service: service(row),
      duration: duration(row),
      source_bytes: sourceBytes(row),
      destination_bytes: destinationBytes(row),
      source_packets: sourcePackets(row),
      destination_packets: destinationPackets(row),
      state: state(row),
      query: query(row),
      response_code: code(row),
      peer_name: peer(row),
    },
  });
}

function textAt({ codes, dictionary, nulls }: Texts, row: number): string | null {
  return nulls?.[row] === 1 ? null : (dictionary[codes[row]!] ?? null);
}

function numberAt({ values, nulls }: Numbers, row: number): number | null {
  return nulls?.[row] === 1 ? null : values[row]!;
}
