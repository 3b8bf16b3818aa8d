import { directionOf, FlowNames, flowLogReader } from '#learn/flows/index.ts';
import type { FlowReading } from '#learn/flows/index.ts';
import { dataPath, readText } from './corpus.ts';
import { parseTable } from './read-table.ts';

/** A flow and what the set says of it. */
export interface LabelledFlow {
  readonly flow: FlowReading;
  readonly malicious: boolean;
}

/** Flows of a capture of zeek-stratosphere, with the logs of DNS and TLS beside them. */
export function zeekFlows(folder: string, conn: string, ...beside: readonly string[]): readonly LabelledFlow[] {
  const names = new FlowNames();
  for (const file of beside) {
    for (const line of readText(dataPath('zeek-stratosphere', folder, file))
      .split('\n')
      .map(flowLogReader())) {
      if (line !== null && 'record' in line && (line.record.kind === 'dns' || line.record.kind === 'tls'))
        names.add(line.record);
    }
  }
  const flows: LabelledFlow[] = [];
  for (const line of readText(dataPath('zeek-stratosphere', folder, conn))
    .split('\n')
    .map(flowLogReader())) {
    if (line === null || !('record' in line) || line.record.kind !== 'flow') continue;
    const { flow, values } = line.record;
    const malicious = values.get('label') === 'Malicious';
    flows.push({ flow: names.join(flow), malicious });
  }
  return flows;
}

/** Flows of iot23-honeypot-benign: all benign. */
export function honeypotFlows(): readonly LabelledFlow[] {
  const { header, cells } = parseTable(readText(dataPath('iot23-honeypot-benign', 'honeypot_all.csv.gz')));
  const at = new Map(header.map((name, i) => [name, i]));
  return cells.map((line) => {
    const text = (name: string): string | null => {
      const value = line[at.get(name)!] ?? '';
      return value === '' || value === '-' ? null : value;
    };
    const number = (name: string): number | null => (text(name) === null ? null : Number(text(name)));
    const [source, destination] = [text('origin_address'), text('response_address')];
    const flow: FlowReading = {
      time: number('timestamp') ?? 0,
      uid: text('uid'),
      direction: directionOf(source, destination),
      source_address: source,
      source_port: number('origin_port'),
      destination_address: destination,
      destination_port: number('response_port'),
      protocol: text('protocol') ?? '0',
      service: text('service'),
      duration: number('duration'),
      source_bytes: number('orig_bytes'),
      destination_bytes: number('resp_bytes'),
      source_packets: number('orig_pkts'),
      destination_packets: number('resp_pkts'),
      state: text('conn_state'),
      query: null,
      response_code: null,
      peer_name: null,
    };
    return { flow, malicious: false };
  });
}
