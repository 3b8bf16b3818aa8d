import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { SegmentHost } from '../control/segment-host.ts';
import { makeSegment } from '../control/testing.ts';
import { unbelievedSegments } from './unbelieved-segments.ts';

test('unbelievedSegments() names damaged rows of some streams, those that were replaced and may be of any included', async (t) => {
  const clock = frozenClock();
  const { keys, catalogue } = await openKeys(t, clock);
  const segments = await SegmentHost.open(catalogue, keys, clock);
  const isStream = (name: string): boolean => ['trips', 'other'].includes(name);
  for (const [at, id] of ['sound', 'changed', 'old', 'elsewhere', 'gone'].entries()) {
    const stream = id === 'elsewhere' ? 'other' : 'trips';
    const segment = await makeSegment(keys, { id, stream, spans: [{ file: 'f', after: at, to: at + 1 }] });
    await segments.publish({ segment, cursor: [] });
  }
  const anew = await makeSegment(keys, { id: 'anew', stream: 'trips', inputs: ['old', 'gone'] });
  await segments.replace({ segment: { ...anew, rows: 20 } });
  await segments.forget(['gone']);
  const named = async (stream: string): Promise<readonly string[]> =>
    (await unbelievedSegments(new Set([stream]), { segments, isStream })).map(({ id }) => id).sort();
  assert.deepEqual(await named('trips'), []);
  await catalogue.run("UPDATE store_segment SET digest = 'x' WHERE id IN ('changed', 'old', 'elsewhere', 'gone')");
  assert.deepEqual(await named('trips'), ['changed', 'old']);
  assert.deepEqual(await named('other'), ['elsewhere']);
  await catalogue.run("UPDATE store_segment SET stream = 'trxps' WHERE id = 'elsewhere'");
  assert.deepEqual(await named('trips'), ['changed', 'elsewhere', 'old']);
});
