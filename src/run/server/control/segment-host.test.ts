import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros, millis } from '#base/core/index.ts';
import type { Segment } from '#flow/store/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import type { OpenKeys } from '../../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { SegmentHost } from './segment-host.ts';
import { makeSegment } from './testing.ts';

async function open(t: Cleanable) {
  const clock = frozenClock();
  const trust = await openKeys(t, clock);
  return { clock, ...trust, host: await SegmentHost.open(trust.catalogue, trust.keys, clock) };
}

const handlesOf = ({ footerHandle, columns }: Segment): string[] => [
  footerHandle,
  ...columns.map(({ handle }) => handle),
];

/** How many keys of a segment are in the catalogue, seen by a key ring that remembers nothing. */
async function keptKeys({ reopen }: OpenKeys, segment: Segment): Promise<number> {
  const ring = await reopen();
  return (await ring.unwrapDataKeys({ actor: 'test', resource: 'view:climate' }, handlesOf(segment))).size;
}

const span = (after: number, to: number) => [{ file: 'f', after, to }];

test('SegmentHost.publish() puts a segment, its wraps and the cursor into the catalogue at once', async (t) => {
  const world = await open(t);
  const { host, keys } = world;
  const segment = await makeSegment(keys, { id: 's1', spans: span(0, 9) });
  assert.equal(await keptKeys(world, segment), 0);
  assert.equal(await host.publish({ segment, cursor: [['f', 9]] }), 1);
  assert.equal(await keptKeys(world, segment), 2);
  assert.deepEqual(await host.active(), [segment]);
  assert.deepEqual((await host.state()).cursor, [['f', 9]]);
  assert.deepEqual(await host.known([segment.objectKey, 'segments/other']), [segment.objectKey]);
});

test('SegmentHost.publish() leaves no wrap behind where the readings are sealed already', async (t) => {
  const world = await open(t);
  const { host, keys } = world;
  await host.publish({ segment: await makeSegment(keys, { id: 's1', spans: span(0, 9) }), cursor: [] });
  const late = await makeSegment(keys, { id: 's2', spans: span(5, 12) });
  await assert.rejects(host.publish({ segment: late, cursor: [] }), { code: 'STORE_ALREADY_SEALED' });
  assert.equal(await keptKeys(world, late), 0);
  assert.equal((await host.state()).version, 1);
});

test('SegmentHost.replace() takes inputs out of sight, and forget() destroys their wraps', async (t) => {
  const world = await open(t);
  const { host, keys, clock } = world;
  const input = await makeSegment(keys, { id: 's1', spans: span(0, 9) });
  await host.publish({ segment: input, cursor: [] });
  const merged = await makeSegment(keys, { id: 's2', inputs: ['s1'] });
  assert.equal(await host.replace({ segment: merged }), 2);
  assert.deepEqual(await host.active(), [merged]);
  clock.advance(millis(1));
  assert.deepEqual(await host.replacedBefore(clock.now()), [input]);
  assert.equal(await keptKeys(world, input), 2);
  await host.forget(['s1']);
  assert.deepEqual([await keptKeys(world, input), await keptKeys(world, merged)], [0, 2]);
});

test('SegmentHost.visible() follows each change, also one that comes while it reads', async (t) => {
  const { host, keys } = await open(t);
  const [first, second] = [
    await makeSegment(keys, { id: 's1', spans: span(0, 9) }),
    await makeSegment(keys, { id: 's2', spans: span(9, 12) }),
  ];
  assert.deepEqual((await host.visible()).segments, []);
  const [, before] = await Promise.all([host.publish({ segment: first, cursor: [] }), host.visible()]);
  assert.ok(before.segments.length <= 1);
  const seen = await host.visible();
  assert.deepEqual([seen.version, seen.segments], [1, [first]]);
  assert.equal(await host.visible(), seen, 'what did not change is not read again');
  const [reading] = await Promise.all([host.look(), host.publish({ segment: second, cursor: [] })]);
  assert.deepEqual(reading.segments, [first]);
  assert.deepEqual(await host.active(), [first, second]);
});

test('SegmentHost.look() reads anew, and finds a row that was changed', async (t) => {
  const { host, keys, catalogue } = await open(t);
  await host.publish({ segment: await makeSegment(keys, { id: 's1', spans: span(0, 9) }), cursor: [] });
  assert.deepEqual((await host.visible()).damaged, []);
  await catalogue.run("UPDATE store_segment SET rows = rows + 1 WHERE id = 's1'");
  assert.deepEqual(
    (await host.look()).damaged.map(({ id }) => id),
    ['s1'],
  );
  assert.deepEqual((await host.visible()).segments, []);
});

test('SegmentHost.forgetFiles() forgets positions in journal files and destroys their keys', async (t) => {
  const { host, keys, reopen } = await open(t);
  const [file] = await keys.newFileKeys('weir:gateway', 'journal', 1);
  const fileId = file?.fileId ?? '';
  await host.saveCursor([[fileId, 7]]);
  await host.forgetFiles([fileId]);
  assert.deepEqual((await host.state()).cursor, []);
  const use = { actor: 'test', resource: `journal:${fileId}` };
  assert.equal(await (await reopen()).openFileKey(use, fileId), null);
});

test('SegmentHost opens again where it was left', async (t) => {
  const { host, keys, reopen, catalogue, clock } = await open(t);
  const segment = await makeSegment(keys, { id: 's1', spans: span(0, 9) });
  await host.publish({ segment, cursor: [['f', 9]] });
  const again = await SegmentHost.open(catalogue, await reopen(), clock);
  assert.deepEqual(await again.active(), [segment]);
  assert.deepEqual(await again.state(), await host.state());
});

test('removableBefore() gives nothing while somebody copies, and replacedBefore() the truth', async (t) => {
  const { host, keys } = await open(t);
  await host.publish({ segment: await makeSegment(keys, { id: 's1', spans: span(0, 9) }), cursor: [] });
  const later = 2 ** 52;
  const ids = async (segments: Promise<readonly Segment[]>): Promise<string[]> => (await segments).map(({ id }) => id);
  {
    using _first = host.pin();
    using _second = host.pin();
    await host.retire({ ids: ['s1'], expired: { stream: 'climate', rows: 10, keptFrom: micros(1) } });
    assert.deepEqual([await ids(host.removableBefore(later)), await ids(host.replacedBefore(later))], [[], ['s1']]);
  }
  assert.deepEqual(await ids(host.removableBefore(later)), ['s1']);
});
