import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ZEEK_HEADER, ZEEK_LINE } from '../../../../test/support/out-flow.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { readFlowFiles } from './read-flow-files.ts';
import type { FileFlow } from './read-flow-files.ts';

async function read(files: readonly string[]): Promise<{ flows: FileFlow[]; faults: string[] }> {
  const [flows, faults]: [FileFlow[], string[]] = [[], []];
  const onFault = (file: string, line: number, message: string): void => {
    faults.push(`${file.split('/').at(-1)}:${line}: ${message}`);
  };
  for await (const flow of readFlowFiles({ files, onFault, onDropped: () => {} })) flows.push(flow);
  return { flows, faults };
}

test('readFlowFiles() joins what DNS and TLS said, whatever the order of the files', async (t) => {
  const folder = await temporaryFolder(t);
  const conn = join(folder, 'conn.log');
  await writeFile(conn, [...ZEEK_HEADER, ZEEK_LINE, ''].join('\n'));
  const ends = {
    'id.orig_h': '192.168.1.7',
    'id.orig_p': 5,
    'id.resp_h': '192.168.1.1',
    'id.resp_p': 53,
    proto: 'udp',
  };
  const dns = join(folder, 'dns.json');
  const answer = { ts: 1, uid: 'D', ...ends, query: 'a.example', qtype: 1, answers: ['40.74.108.123'] };
  await writeFile(dns, JSON.stringify(answer));
  const { flows, faults } = await read([conn, dns]);
  assert.deepEqual(faults, []);
  assert.deepEqual(
    flows.map(({ flow }) => [flow.uid, flow.peer_name, flow.query]),
    [
      ['CHLXQ', 'a.example', null],
      ['D', null, 'a.example'],
    ],
  );
});

test('readFlowFiles() goes on after torn lines, and takes what is there of a torn file', async (t) => {
  const folder = await temporaryFolder(t);
  const torn = join(folder, 'torn.log');
  await writeFile(torn, [...ZEEK_HEADER, ZEEK_LINE.slice(0, 50), ZEEK_LINE, ZEEK_LINE.slice(0, 20)].join('\n'));
  const cut = join(folder, 'cut.log.gz');
  const many = Array.from({ length: 5_000 }, (_, i) =>
    ZEEK_LINE.replace('62771', String(1_000 + ((i * 7919) % 60_000))),
  );
  const packed = gzipSync([...ZEEK_HEADER, ...many].join('\n'));
  await writeFile(cut, packed.subarray(0, packed.length >> 1));
  const { flows, faults } = await read([torn, cut]);
  assert.deepEqual(
    faults.slice(0, 2).map((one) => one.split(':').slice(0, 2).join(':')),
    ['torn.log:8', 'torn.log:10'],
  );
  assert.match(faults[2]!, /cut\.log\.gz:\d+: the file ends here/);
  assert.ok(flows.length > 100, `${flows.length}`);
});

test('readFlowFiles() refuses a file that is not there', async () => {
  await assert.rejects(read(['/nonexistent/conn.log']), { code: 'CLI_FILE_UNREADABLE' });
});
