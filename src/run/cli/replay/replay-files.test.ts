import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { StreamDescription } from '#run/server/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { findStream, replayFiles } from './replay-files.ts';
import type { ReplayPlan } from './replay-files.ts';
import { Tally } from './tally.ts';
import type { ReplayReport } from './tally.ts';

const STREAMS = [
  { name: 'water', from: ['meter'], fields: [{ name: 'level', type: 'number' }] },
  { name: 'air', from: ['fan'], fields: [{ name: 'speed', type: 'integer' }] },
] as unknown as StreamDescription[];

const PLAN: Omit<ReplayPlan, 'files'> = {
  mapping: { device: null, deviceColumn: 'd', timeColumn: 't', fieldsPath: [], renames: new Map() },
  routes: new Map([['b', { stream: 'air', type: null }]]),
  stream: 'water',
  speed: 'max',
  shift: false,
  seqFrom: 'time',
};

interface Played {
  readonly report: ReplayReport;
  readonly opened: readonly string[];
  readonly sent: readonly { device: string; stream: string; reading: unknown }[];
  readonly shares: readonly number[];
}

async function play(files: readonly string[], change: Partial<ReplayPlan> = {}, sentBefore = -1): Promise<Played> {
  const tally = new Tally();
  const [opened, sent, shares]: [string[], { device: string; stream: string; reading: unknown }[], number[]] = [
    [],
    [],
    [],
  ];
  const sink = {
    open: async (device: string) => (opened.push(device), sentBefore),
    publish: async (device: string, stream: string, payload: Buffer) => {
      sent.push({ device, stream, reading: JSON.parse(payload.toString()) });
      tally.countOutcome(0, null);
    },
    flush: async () => {},
  };
  const report = await replayFiles({
    plan: { files, ...PLAN, ...change },
    streams: STREAMS,
    sink,
    tally,
    nowSeconds: () => 9_000,
    onProgress: (share) => void shares.push(share),
    signal: new AbortController().signal,
  });
  return { report, opened, sent, shares };
}

async function write(
  t: Parameters<typeof temporaryFolder>[0],
  ...texts: readonly string[]
): Promise<readonly string[]> {
  const folder = await temporaryFolder(t);
  const files = texts.map((_, i) => join(folder, `${i}.csv`));
  for (const [i, file] of files.entries()) await writeFile(file, texts[i] ?? '');
  return files;
}

const LINES = 'd,t,level,speed\na,100,1.5,\nb,100,,7\na,101,2,\n,102,3,\n';

test('replayFiles() routes, numbers from the first time, and counts', async (t) => {
  const { report, opened, sent, shares } = await play(await write(t, LINES));
  assert.deepEqual(opened, ['a', 'b']);
  assert.deepEqual(sent, [
    { device: 'a', stream: 'water', reading: { time: 100, seq: 100_000, level: 1.5 } },
    { device: 'b', stream: 'air', reading: { time: 100, seq: 100_000, speed: 7 } },
    { device: 'a', stream: 'water', reading: { time: 101, seq: 100_001, level: 2 } },
  ]);
  assert.deepEqual([report.read, report.stored, report.unreadable, report.devices], [4, 3, { 'no-device': 1 }, 2]);
  assert.equal(shares.at(-1), 1);
});

test('replayFiles() goes on numbering over files, from where it is told, or not at all', async (t) => {
  const files = await write(t, LINES, LINES);
  const seqs = ({ sent }: Played): unknown[] =>
    sent.filter(({ device }) => device === 'a').map(({ reading }) => (reading as { seq?: number }).seq);
  assert.deepEqual(seqs(await play(files, { seqFrom: 7 })), [7, 8, 9, 10]);
  assert.deepEqual(seqs(await play(files, { seqFrom: null })), [undefined, undefined, undefined, undefined]);
  const now = await play(files.slice(0, 1), { mapping: { ...PLAN.mapping, timeColumn: null } });
  assert.deepEqual(seqs(now), [9_000_000, 9_000_001]);
});

test('replayFiles() leaves out what an earlier run has sent, under the same numbers', async (t) => {
  const { report, sent } = await play(await write(t, LINES), {}, 100_000);
  assert.deepEqual(
    sent.map(({ device, reading }) => [device, (reading as { seq: number }).seq]),
    [['a', 100_001]],
  );
  assert.equal(report.skipped, 2);
});

test('replayFiles() leaves out devices without a route where there is no stream for the rest', async (t) => {
  const { report, opened } = await play(await write(t, LINES), { stream: null });
  assert.deepEqual([opened, report.unreadable], [['b'], { 'no-route': 2, 'no-device': 1 }]);
});

test('replayFiles() and findStream() refuse files and streams that are not there', async () => {
  await assert.rejects(play(['none.csv']), { code: 'CLI_FILE_UNREADABLE' });
  assert.throws(() => findStream(STREAMS, 'wine'), { code: 'CLI_USAGE', message: /water, air/ });
});
