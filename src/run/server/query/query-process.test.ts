import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEPT_MEMORY } from '../process/kept-memory.ts';
import { QueryProcess } from './query-process.ts';
import type { Launch, RunPorts } from './query-process.ts';

/**
 * A program in the place of a query process: sends three parts, each when the last was taken, then a summary; stops
 * where it is told so. Answers `parse` with its environment.
 */
const PROGRAM = `
const waiting = new Map(); let next = 1; let stopped = false;
const chunk = (id, text) => new Promise((resolve) => {
  waiting.set(next, resolve);
  process.send({ kind: 'call', id: next++, method: 'chunk', parameters: { id, bytes: Buffer.from(text) } });
});
process.on('message', async (reply) => {
  const { kind, id, method, parameters } = reply;
  if (kind === 'reply') return waiting.get(id)(reply);
  if (method === 'cancel') { stopped = true; return; }
  if (method === 'execute' && parameters.plan.asks) {
    const wanted = [{ segment: 's1', columns: ['site'] }];
    const ask = (run) => new Promise((resolve) => {
      waiting.set(next, resolve);
      process.send({ kind: 'call', id: next++, method: 'keys', parameters: { id: run, wanted } });
    });
    const answers = [await ask(parameters.id), await ask(parameters.id + 1)];
    return process.send({ kind: 'reply', id, value: answers.map(({ value, error }) => error?.code ?? value) });
  }
  if (method === 'parse') return process.send({ kind: 'reply', id, value: Object.keys(process.env) });
  let parts = 0;
  for (; parts < 3 && !stopped; parts++) await chunk(parameters.id, 'part ' + parts);
  process.send({ kind: 'reply', id, value: { rows: parts } });
});
process.on('disconnect', () => process.exit(0));
`;

const LAUNCH: Launch = { command: process.execPath, arguments: ['-e', PROGRAM] };
const NO_KEYS = (): Promise<never> => assert.fail('no key was to be asked for');
const into = (sink: RunPorts['sink']): RunPorts => ({ sink, keys: NO_KEYS });
const EXECUTION = { plan: { limits: { time: 60_000 } } as never, format: 'csv' } as const;

function start(t: { after: (stop: () => void) => void }, launch = LAUNCH): QueryProcess {
  const started = QueryProcess.start(launch);
  t.after(() => started.stop());
  return started;
}

test('QueryProcess.execute() gives parts in order, each once the last was taken', async (t) => {
  const started = start(t);
  const parts: string[] = [];
  let taking = 0;
  const sink = async (bytes: Uint8Array): Promise<void> => {
    assert.equal(++taking, 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    parts.push(Buffer.from(bytes).toString());
    taking--;
  };
  const summary = await started.execute(EXECUTION, into(sink), new AbortController().signal);
  assert.deepEqual([summary.rows, parts], [3, ['part 0', 'part 1', 'part 2']]);
});

test('QueryProcess.execute() tells the process when its caller leaves, also before it began', async (t) => {
  const abort = new AbortController();
  const midway = await start(t).execute(
    EXECUTION,
    into(async () => abort.abort()),
    abort.signal,
  );
  assert.equal(midway.rows, 1);
  const before = await start(t).execute(
    EXECUTION,
    into(async () => {}),
    AbortSignal.abort(),
  );
  assert.ok(before.rows <= 1);
});

test('QueryProcess.execute() gives keys to the statement that runs, and to no other', async (t) => {
  const asked: unknown[] = [];
  const ports: RunPorts = {
    sink: async () => {},
    keys: async (wanted) => {
      asked.push(wanted);
      return [];
    },
  };
  const asking = { ...EXECUTION, plan: { asks: true, limits: { time: 60_000 } } as never };
  const answers = await start(t).execute(asking, ports, new AbortController().signal);
  assert.deepEqual(asked, [[{ segment: 's1', columns: ['site'] }]]);
  assert.deepEqual(answers, [[], 'QUERY_CANCELLED']);
});

test('QueryProcess.execute() ends a process that does not end in time', async (t) => {
  const deaf = {
    command: process.execPath,
    arguments: ['-e', 'setInterval(() => {}, 1000); process.on("message", () => {})'],
  };
  const late = { ...EXECUTION, plan: { limits: { time: 10 } } as never };
  const overdue = start(t, deaf);
  const run = overdue.execute(
    late,
    into(async () => {}),
    new AbortController().signal,
  );
  const left = start(t, deaf);
  await Promise.all([
    assert.rejects(run, { code: 'QUERY_TIME_LIMIT' }),
    assert.rejects(
      left.execute(
        EXECUTION,
        into(async () => {}),
        AbortSignal.abort(),
      ),
      { code: 'SERVER_PROCESS_GONE' },
    ),
  ]);
  assert.ok(overdue.ended && left.ended);
});

test('QueryProcess hands nothing of the environment down but what it sets itself', async (t) => {
  const names = (await start(t).peer.call('parse', '')) as never as string[];
  const given = ['NODE_COMPILE_CACHE', 'PATH', ...Object.keys(KEPT_MEMORY)];
  assert.deepEqual(names.filter((name) => !name.startsWith('NODE_CHANNEL')).sort(), given.sort());
});

test('QueryProcess is ended where its program does not start', async (t) => {
  const started = start(t, { command: '/nonexistent/program', arguments: [] });
  await assert.rejects(started.peer.call('parse', ''), { code: 'SERVER_PROCESS_GONE' });
  assert.equal(started.ended, true);
});
