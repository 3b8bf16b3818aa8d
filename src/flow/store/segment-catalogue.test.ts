import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { micros } from '#base/core/index.ts';
import { storeWorld } from '../../../test/support/store-world.ts';
import { damagedFor } from './damaged-segments.ts';
import { handlesOf } from './segment-catalogue.ts';
import type { JournalSpan, Segment } from './segment.ts';

function segment(
  id: string,
  from: number,
  spans: readonly JournalSpan[] = [],
  inputs: readonly string[] = [],
): Segment {
  return {
    id,
    version: 1,
    stream: 'climate',
    rows: 10,
    minTime: micros(from),
    maxTime: micros(from + 9),
    devices: 2,
    templates: ['t1'],
    spans,
    inputs,
    objectKey: `segments/${id}`,
    size: 100,
    digest: `digest-${id}`,
    created: micros(5),
    footerHandle: `${id}-f`,
    columns: [
      {
        name: 'driver',
        type: 'text',
        nullable: true,
        class: 'identifier',
        unit: null,
        domain: 'identifier',
        handle: `${id}-h`,
      },
    ],
  };
}

const isStream = (name: string): boolean => ['climate', 'doors'].includes(name);

const span = (after: number, to: number): JournalSpan[] => [{ file: 'w0', after, to }];

describe('SegmentCatalogue', () => {
  it('publish() stores row, wraps, watermark and cursor at once, and counts versions', async (t) => {
    const { publisher, kept } = await storeWorld(t);
    assert.equal(await publisher.publish({ segment: segment('s1', 0, span(0, 50)), cursor: [['w0', 40]] }), 1);
    assert.equal(await publisher.publish({ segment: segment('s2', 10, span(50, 90)), cursor: [['w0', 90]] }), 2);
    assert.deepEqual(await publisher.state(), {
      version: 2,
      cursor: [['w0', 90]],
      watermarks: [{ stream: 'climate', file: 'w0', offset: 90 }],
    });
    assert.deepEqual(await publisher.active(), [segment('s1', 0, span(0, 50)), segment('s2', 10, span(50, 90))]);
    assert.deepEqual([...kept], ['s1-f', 's1-h', 's2-f', 's2-h']);
  });

  it('publish() takes a repeated call for the same', async (t) => {
    const { publisher } = await storeWorld(t);
    const publication = { segment: segment('s1', 0, span(0, 50)), cursor: [['w0', 50]] } as const;
    assert.deepEqual([await publisher.publish(publication), await publisher.publish(publication)], [1, 1]);
    assert.equal((await publisher.active()).length, 1);
  });

  it('publish() refuses readings that are sealed already, and leaves nothing of the attempt', async (t) => {
    const { publisher, kept } = await storeWorld(t);
    await publisher.publish({ segment: segment('s1', 0, span(0, 50)), cursor: [['w0', 50]] });
    for (const late of [span(0, 50), span(40, 60), span(49, 50)]) {
      const attempt = publisher.publish({ segment: segment('s2', 0, late), cursor: [['w0', 99]] });
      await assert.rejects(attempt, { code: 'STORE_ALREADY_SEALED', segment: 's2' });
    }
    assert.deepEqual((await publisher.state()).cursor, [['w0', 50]]);
    assert.equal((await publisher.state()).version, 1);
    assert.equal(kept.size, 2);
  });

  it('active() filters by stream and span of time', async (t) => {
    const { catalogue, segments, publisher } = await storeWorld(t);
    for (const [index, id] of ['s1', 's2', 's3'].entries()) {
      await publisher.publish({ segment: segment(id, index * 10), cursor: [] });
    }
    const ids = async (filter: object): Promise<string[]> =>
      (await catalogue.transaction((tx) => segments.active(tx, filter))).segments.map(({ id }) => id);
    assert.deepEqual(await ids({ from: 10, to: 19 }), ['s2']);
    assert.deepEqual(await ids({ from: 9, to: 10 }), ['s1', 's2']);
    assert.deepEqual(await ids({ from: 29 }), ['s3']);
    assert.deepEqual(await ids({ stream: 'other' }), []);
  });

  it('replace() takes inputs out and keeps lineage; their objects are forgotten later, with the wraps', async (t) => {
    const { catalogue, segments, publisher, clock, kept } = await storeWorld(t);
    for (const id of ['s1', 's2']) await publisher.publish({ segment: segment(id, 0), cursor: [] });
    const merged = segment('m', 0, [], ['s1', 's2']);
    assert.equal(await publisher.replace({ segment: merged }), 3);
    assert.equal(await publisher.replace({ segment: merged }), 3);
    assert.deepEqual(await publisher.active(), [merged]);
    assert.equal(await catalogue.transaction((tx) => segments.replacedBy(tx, 's1')), 'm');
    assert.equal(await catalogue.transaction((tx) => segments.replacedBy(tx, 'm')), null);
    assert.deepEqual(await publisher.replacedBefore(clock.now()), []);
    const replaced = await publisher.replacedBefore(clock.now() + 1);
    assert.deepEqual(
      replaced.map(({ id }) => id),
      ['s1', 's2'],
    );
    assert.deepEqual(await publisher.known(['segments/s1', 'segments/m', 'segments/x']), ['segments/m', 'segments/s1']);
    await publisher.forget(['s1', 's2', 'm', 'x']);
    assert.deepEqual([...kept], handlesOf(merged));
    assert.deepEqual(await publisher.known(['segments/s1', 'segments/m']), ['segments/m']);
    assert.equal((await catalogue.transaction((tx) => segments.get(tx, 's1')))?.state, 'gone');
    assert.deepEqual(await publisher.replacedBefore(clock.now() + 1), []);
  });

  it('replace() refuses inputs that are not active any more', async (t) => {
    const { publisher } = await storeWorld(t);
    await publisher.publish({ segment: segment('s1', 0), cursor: [] });
    await publisher.replace({ segment: segment('m1', 0, [], ['s1']) });
    for (const inputs of [['s1'], ['unknown']]) {
      await assert.rejects(publisher.replace({ segment: segment('m2', 0, [], inputs) }), {
        code: 'STORE_INPUT_REPLACED',
      });
    }
    assert.deepEqual(
      (await publisher.active()).map(({ id }) => id),
      ['m1'],
    );
  });

  it('forgetFiles() forgets cursor and watermarks of deleted journal files', async (t) => {
    const { catalogue, segments, publisher } = await storeWorld(t);
    await publisher.publish({
      segment: segment('s1', 0, span(0, 50)),
      cursor: [
        ['w0', 50],
        ['w1', 7],
      ],
    });
    await catalogue.transaction((tx) => segments.forgetFiles(tx, ['w0', 'none']));
    assert.deepEqual(await publisher.state(), { version: 1, cursor: [['w1', 7]], watermarks: [] });
  });

  it('a changed row is named and never returned, and others are', async (t) => {
    const { catalogue, segments, publisher } = await storeWorld(t);
    await publisher.publish({ segment: segment('s1', 0, span(0, 50)), cursor: [['w0', 50]] });
    await publisher.publish({ segment: { ...segment('s2', 0), stream: 'doors' }, cursor: [] });
    const visible = () => catalogue.transaction((tx) => segments.active(tx));
    for (const [change, hit] of [
      ['rows = 11', ['climate']],
      [`digest = 'digest-s9'`, ['climate']],
      ['sealed = zeroblob(length(sealed))', ['climate']],
      ['min_time = min_time + 1', ['climate']],
      [`object_key = 'segments/s9'`, ['climate']],
      // Where the name itself was changed nobody knows whose readings they are.
      [`stream = 'clilate'`, ['climate', 'doors']],
      // A state that there is not would hide a row from those who ask for the ones there are.
      [`state = 'actiwe'`, ['climate']],
      [`state = 'q'`, ['climate']],
      [`state = 'zz'`, ['climate']],
      [`state = ''`, ['climate']],
    ] as const) {
      await catalogue.run('CREATE TEMP TABLE kept AS SELECT * FROM store_segment');
      await catalogue.run(`UPDATE store_segment SET ${change} WHERE id = 's1'`);
      const found = await visible();
      assert.deepEqual(
        found.segments.map(({ id }) => id),
        ['s2'],
        change,
      );
      const [row, ...others] = found.damaged;
      assert.equal(others.length, 0, change);
      assert.deepEqual([row?.id, row?.error.code], ['s1', 'STORAGE_ROW_DAMAGED'], change);
      assert.match(row?.error.message ?? '', /store_segment.*s1/);
      const stopped = ['climate', 'doors'].filter((stream) => damagedFor(stream, found, isStream).length > 0);
      assert.deepEqual(stopped, hit, change);
      // Its object may be any that no row names now: none is taken for what a crash left.
      assert.deepEqual(await publisher.known(['segments/s1', 'segments/x']), ['segments/s1', 'segments/x'], change);
      await catalogue.run('DELETE FROM store_segment');
      await catalogue.run('INSERT INTO store_segment SELECT * FROM kept');
      await catalogue.run('DROP TABLE kept');
    }
    assert.deepEqual((await visible()).damaged, []);
    assert.equal((await publisher.active()).length, 2);
    assert.deepEqual(await publisher.known(['segments/s1', 'segments/x']), ['segments/s1']);
    await catalogue.run('UPDATE store_cursor SET position = 0');
    await assert.rejects(publisher.state(), { code: 'STORAGE_ROW_DAMAGED' });
  });

  it('nothing of a stored segment but ids, times and digests stands in clear', async (t) => {
    const { catalogue, publisher } = await storeWorld(t);
    await publisher.publish({ segment: segment('s1', 0), cursor: [] });
    const [row] = await catalogue.all('SELECT * FROM store_segment');
    assert.equal(JSON.stringify(row).includes('driver'), false);
    assert.equal(Buffer.from(row!['sealed'] as Uint8Array).includes('driver'), false);
  });
});
