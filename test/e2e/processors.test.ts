import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { allowedProcessors } from '#run/server/index.ts';
import { ChildPlatform } from '../support/child-platform.ts';
import { eventually } from '../support/eventually.ts';

const TEMPLATE = `
devices: {pump: {}}
streams: {pump: {from: [pump], fields: {flow_rate: {type: number}}}}
`;

/** Of each thread of a process: its name, and the processors that it may use. */
async function threadsOf(pid: number): Promise<readonly (readonly [string, readonly number[]])[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  return await Promise.all(
    threads.map(async (thread) => {
      const status = `/proc/${pid}/task/${thread}/status`;
      const [, name = ''] = /^Name:\t(.*)$/m.exec(await readFile(status, 'utf8').catch(() => '')) ?? [];
      return [name, allowedProcessors(status)] as const;
    }),
  );
}

async function childOf(weir: ChildPlatform, word: string): Promise<number> {
  const [pid = 0] = await eventually(
    () => weir.children(word),
    ({ length }) => length === 1,
  );
  return pid;
}

test('on few processors the gateway has one to itself and the store keeps off it, after a crash of either as well', async (t) => {
  await using weir = await ChildPlatform.start(TEMPLATE);
  const { processors } = weir;
  if (processors === null) return t.skip('this machine has one processor or many, or no taskset');
  const [GATEWAY, STORE] = ['server/gateway/process.ts', 'server/store/process.ts'];
  const hold = async (): Promise<void> => {
    const gateway = await threadsOf(await childOf(weir, GATEWAY));
    const workers = gateway.filter(([name]) => name === 'gateway worker').map(([, allowed]) => allowed);
    assert.deepEqual(
      workers,
      processors.gateway.map((one) => [one]),
    );
    assert.ok(
      gateway.some(([name, allowed]) => name !== 'gateway worker' && allowed.length > 1),
      'its other threads run anywhere',
    );
    const store = await threadsOf(await childOf(weir, STORE));
    assert.ok(store.length > 2);
    for (const [name, allowed] of store) assert.deepEqual(allowed, processors.store, name);
  };
  await hold();
  for (const word of [GATEWAY, STORE]) {
    const pid = await childOf(weir, word);
    process.kill(pid, 'SIGKILL');
    await eventually(
      () => childOf(weir, word),
      (found) => found !== 0 && found !== pid,
    );
  }
  // Threads of the gateway are put in their place at the end of its start.
  await eventually(
    () =>
      hold().then(
        () => true,
        () => false,
      ),
    Boolean,
  );
  await hold();
});
