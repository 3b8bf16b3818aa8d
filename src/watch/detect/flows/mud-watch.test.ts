import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMud } from '#declare/mud/index.ts';
import { LAMP_MUD } from '../../../../test/support/lamp-mud.ts';
import type { FlowReading } from '#learn/flows/index.ts';
import { outFlow } from '../../../../test/support/out-flow.ts';
import { MudWatch } from './mud-watch.ts';
import { flowBatch } from './testing.ts';

const TIME = 1_700_000_000;
const PLAN = { stream: 'flows', profiles: new Map([['lamp', readMud(LAMP_MUD)]]), shown: true };
const CLOUD = { time: TIME, peer_name: 'cloud.maker.example' };
const EVIL = { time: TIME + 5, destination_address: '6.6.6.6', destination_port: 4444 };

function watch(plan = PLAN): {
  of: (...flows: Partial<FlowReading>[]) => ReturnType<MudWatch['take']>;
  asked: string[];
} {
  const asked: string[] = [];
  const own = new MudWatch(plan, async (device) => {
    asked.push(device);
    return device.startsWith('lamp') ? 'lamp' : null;
  });
  const of = (...flows: Partial<FlowReading>[]) => own.take(flowBatch(flows.map((flow) => ['lamp-1', outFlow(flow)])));
  return { of, asked };
}

test('MudWatch tells of flows that the profile of a device does not allow', async () => {
  const { of, asked } = watch();
  assert.deepEqual(await of(CLOUD, CLOUD), []);
  const [finding, ...others] = await of(EVIL);
  assert.deepEqual(others, []);
  assert.deepEqual(
    [
      finding?.device,
      finding?.stream,
      finding?.detectors,
      finding?.start,
      finding?.open,
      finding?.sentence,
      finding?.violates,
    ],
    [
      'lamp-1',
      'flows',
      [{ name: 'mud', score: 1, limit: 1, readings: 1 }],
      (TIME + 5) * 1e6,
      false,
      'lamp-1 spoke to 6.6.6.6 over tcp on port 4444; its MUD profile has no rule for that',
      { kind: 'mud', rule: 'flows to 6.6.6.6 over tcp on port 4444' },
    ],
  );
  assert.deepEqual(asked, ['lamp-1']);
});

test('MudWatch tells one kind once a day, again as it grows, and with the same id from anew', async () => {
  const { of } = watch();
  const [first] = await of(EVIL);
  assert.deepEqual(await of(...Array.from({ length: 5 }, () => ({ ...EVIL, source_port: 1_234 }))), []);
  const [tenth] = await of(...Array.from({ length: 4 }, () => EVIL));
  assert.deepEqual([tenth?.id, tenth?.detectors[0]?.readings], [first?.id, 10]);
  const [again] = await watch().of(EVIL);
  assert.equal(again?.id, first?.id);
  const [tomorrow] = await of({ ...EVIL, time: TIME + 86_400 });
  assert.notEqual(tomorrow?.id, first?.id);
});

test('MudWatch tells many kinds as one', async () => {
  const { of } = watch();
  const found = await of(...Array.from({ length: 200 }, (_, i) => ({ ...EVIL, destination_port: 10_000 + i })));
  assert.equal(found.length, 33);
  assert.match(found.at(-1)!.sentence, /many more peers/);
});

test('MudWatch takes a peer without a name for unknown once the feed names peers', async () => {
  const nameless = { time: TIME, peer_name: null };
  assert.equal((await watch().of(nameless)).length, 0);
  const { of } = watch();
  await of(CLOUD);
  assert.equal((await of(nameless)).length, 1);
});

test('MudWatch names no peer where its class keeps it out of alerts, and judges no device without a profile', async () => {
  const [hidden] = await watch({ ...PLAN, shown: false }).of(EVIL);
  assert.equal(hidden?.sentence, 'lamp-1 spoke to a peer over tcp on port 4444; its MUD profile has no rule for that');
  assert.equal(hidden?.violates?.rule, 'flows to a peer over tcp on port 4444');
  const own = new MudWatch(PLAN, async () => null);
  assert.deepEqual(await own.take(flowBatch([['lock-1', outFlow(EVIL)]])), []);
  assert.equal(own.judged, 0);
});
