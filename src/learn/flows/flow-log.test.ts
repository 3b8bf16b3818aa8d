import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { corpora } from '../../../test/support/outside.ts';
import { flowLogReader } from './flow-log.ts';
import type { LogLine } from './flow-log.ts';
import { ZEEK_HEADER, ZEEK_LINE } from '../../../test/support/out-flow.ts';

function read(...lines: readonly string[]): readonly LogLine[] {
  return lines.map(flowLogReader()).filter((line) => line !== null);
}

test('flowLogReader() reads a log of Zeek', () => {
  const [line] = read(...ZEEK_HEADER, ZEEK_LINE, '#close\t2026-01-01');
  assert.ok(line !== undefined && line !== null && 'record' in line && line.record.kind === 'flow');
  assert.deepEqual(line.record.flow, {
    time: 1655071198.444458,
    uid: 'CHLXQ',
    direction: 'out',
    source_address: '192.168.1.7',
    source_port: 62_771,
    destination_address: '40.74.108.123',
    destination_port: 443,
    protocol: 'tcp',
    service: 'ssl',
    duration: 1.135424,
    source_bytes: 1596,
    destination_bytes: 4039,
    source_packets: 14,
    destination_packets: 16,
    state: 'SF',
    query: null,
    response_code: null,
    peer_name: null,
  });
});

test('flowLogReader() tells what is wrong with a line, by its number, and reads the next', () => {
  const torn = ZEEK_LINE.slice(0, 40);
  const wrong = ZEEK_LINE.replace('1596', 'many');
  const lines = read(...ZEEK_HEADER, ZEEK_LINE, torn, wrong, ZEEK_LINE.replace('62771', '99999'), ZEEK_LINE);
  const faults = lines.flatMap((line) => (line !== null && 'fault' in line ? [line.fault] : []));
  assert.deepEqual(
    faults.map(({ line }) => line),
    [9, 10, 11],
  );
  assert.match(faults[0]!.message, /it has \d columns, the header has 17/);
  assert.match(faults[1]!.message, /`orig_bytes` is `many`, which is no count/);
  assert.match(faults[2]!.message, /`id.orig_p` is `99999`/);
  assert.equal(lines.length - faults.length, 2);
});

test('flowLogReader() says that the header is missing', () => {
  const [line] = read(ZEEK_LINE);
  assert.ok(line !== undefined && line !== null && 'fault' in line);
  assert.match(line.fault.message, /header of the log is missing/);
});

test('flowLogReader() reads Zeek’s JSON, by the log that is named or by what it has', () => {
  const conn = {
    ts: 1,
    'id.orig_h': '10.0.0.1',
    'id.orig_p': 5,
    'id.resp_h': '8.8.8.8',
    'id.resp_p': 53,
    proto: 'udp',
  };
  const kinds = read(
    JSON.stringify(conn),
    JSON.stringify({ ...conn, query: 'a.example', rcode_name: 'NXDOMAIN', answers: ['1.2.3.4', 'b.example'] }),
    JSON.stringify({ ...conn, server_name: 'c.example', cipher: 'x' }),
    JSON.stringify({ ...conn, _path: 'http', host: 'd.example' }),
    JSON.stringify(conn).slice(0, -9),
    JSON.stringify({ ...conn, ts: 'now' }),
  ).map((line) => (line !== null && 'record' in line ? line.record.kind : 'fault'));
  assert.deepEqual(kinds, ['flow', 'dns', 'tls', 'other', 'fault', 'fault']);
});

test('flowLogReader() reads the published logs whole', (t) => {
  const folder = corpora(t, 'data/zeek-stratosphere');
  const counts: Record<string, number> = {};
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (!file.endsWith('.gz')) continue;
    const text = gunzipSync(readFileSync(path.join(folder, file))).toString('utf8');
    for (const line of text.split('\n').map(flowLogReader())) {
      if (line === null) continue;
      const kind = 'fault' in line ? `fault ${line.fault.message}` : line.record.kind;
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }
  // What is none of flows is the logs of HTTP.
  assert.deepEqual(Object.keys(counts).toSorted(), ['dns', 'flow', 'other', 'tls']);
  assert.equal(counts['flow'], 992 + 5663 + 9048);
});
