import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { eventually } from '../../../../test/support/eventually.ts';
import { childLine, portLine } from './lines.ts';

test('portLine() carries structured clones in order and tells of the end', async () => {
  const { port1, port2 } = new MessageChannel();
  const heard: unknown[] = [];
  const closed = new Promise<void>((resolve) => portLine(port2).listen((message) => heard.push(message), resolve));
  const line = portLine(port1);
  line.post(new Map([['a', 1]]));
  line.post(Uint8Array.of(1, 2));
  await eventually(
    () => heard.length,
    (count) => count === 2,
  );
  port1.close();
  await closed;
  assert.deepEqual(heard, [new Map([['a', 1]]), Uint8Array.of(1, 2)]);
});

test('childLine() speaks with a forked process and tells of its end', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'weir-lines-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'echo.mjs');
  await writeFile(file, "process.on('message', (message) => process.send({ echo: message }));");
  const child = fork(file, [], { serialization: 'advanced', execArgv: [] });
  const line = childLine(child);
  const closed = Promise.withResolvers<void>();
  const answer = new Promise((resolve) => line.listen(resolve, closed.resolve));
  line.post({ n: 5 });
  assert.deepEqual(await answer, { echo: { n: 5 } });
  child.kill('SIGKILL');
  await closed.promise;
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  // A message to a process that is gone is lost, not an error.
  line.post({ n: 6 });
});
