import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8, micros, PlatformError } from '#base/core/index.ts';
import type { Batch, Class } from '#base/core/index.ts';
import { AeadKey, sha256 } from '#base/crypto/index.ts';
import type { GatedStatement, GovernedRelation, RowsInMemory } from '#flow/query/index.ts';
import { segmentAadPrefix } from '#flow/store/index.ts';
import { StorageError } from '#base/storage/index.ts';
import type { DamagedSegment, Segment, TailBlock } from '#flow/store/index.ts';
import type { KeyUse } from '#trust/keys/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { shownAsStored } from '../tokens/testing.ts';
import { governed } from '../../../../test/support/query-fixture.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { makeSegment } from '../control/testing.ts';
import { readData } from './query-data.ts';
import type { QueryDataParts } from './query-data.ts';

const text = (name: string) => ({ name, type: 'text', nullable: false }) as const;
const CLIMATE = governed('climate', [text('device'), text('site'), text('driver')]);
const PLANTS: GovernedRelation = { ...governed('plants', [text('plant')]), kind: 'table' };
const RELATIONS = new Map([
  ['climate', CLIMATE],
  ['plants', PLANTS],
]);
const USE = { actor: 'person:p1', purpose: 'quality' } as const;
const COLUMNS: Record<string, Class> = { device: 'operational', site: 'operational', driver: 'identifier' };
const TAIL: Batch = { stream: 'climate', template: 't', rows: 0, columns: [] };
const ROWS: RowsInMemory = { rows: 0, columns: [] };

interface Asked {
  readonly keys: { readonly use: KeyUse; readonly handles: readonly string[] }[];
  readonly tails: (readonly [stream: string, columns: readonly string[], version: number])[];
  readonly memory: string[];
}

const STORED = await shownAsStored(() => makeTemplate('devices: {d: {}}'));

/** Parts that note what they are asked; `visible` gives the versions of the catalogue in turn, the last one again. */
function fakeParts(
  versions: readonly (readonly Segment[])[],
  snapshot?: (attempt: number) => void,
  lost?: string,
  damaged: readonly DamagedSegment[] = [],
  blocks: readonly TailBlock[] = [],
) {
  const asked: Asked = { keys: [], tails: [], memory: [] };
  let version = 0;
  const parts: QueryDataParts = {
    objects: '/data/objects',
    copies: { pathOf: () => null, hold: () => assert.fail('nothing is archived') },
    shown: STORED,
    originals: () => new Set(),
    consents: { standing: () => ({ subjects: ['t1-a'], since: Float64Array.of(7) }) },
    keys: {
      destructions: 3,
      unwrapDataKeys: async (use, handles) => {
        asked.keys.push({ use, handles });
        const found = handles.filter((handle) => handle !== lost);
        return new Map(found.map((handle) => [handle, keyFor(handle)]));
      },
    },
    segments: {
      visible: async () => {
        version += 1;
        return { version, segments: versions[Math.min(version, versions.length) - 1] ?? [], damaged };
      },
    },
    store: {
      snapshot: async (stream, columns, at) => {
        asked.tails.push([stream, columns, at]);
        snapshot?.(asked.tails.length);
        return { rows: 0, batches: [TAIL], blocks };
      },
    },
    memory: async (relation) => {
      asked.memory.push(relation);
      return ROWS;
    },
  };
  return { parts, asked };
}

/** A key that tells which handle it is of. */
function keyFor(handle: string): AeadKey {
  return AeadKey.fromBytes(sha256(encodeUtf8(handle)));
}

async function segmentsOf(t: Cleanable, ...ids: string[]): Promise<Segment[]> {
  const { keys } = await openKeys(t);
  return Promise.all(ids.map((id) => makeSegment(keys, { id, columns: COLUMNS })));
}

const handleOf = (segment: Segment | undefined, column: string): string | undefined =>
  segment?.columns.find(({ name }) => name === column)?.handle;

const reads = (...columns: string[]) => [{ relation: 'climate', columns }];

test('readData() asks for the keys of exactly the columns that are read, in the name of who asks', async (t) => {
  const segments = await segmentsOf(t, 's1', 's2');
  const { parts, asked } = fakeParts([segments]);
  const { keys } = await readData(reads('site'), RELATIONS, USE, parts);
  assert.deepEqual(asked.keys, [], 'not before they are needed');
  await keys(['s1', 's2'].map((segment) => ({ segment, columns: ['site'] })));
  assert.deepEqual(asked.keys, [
    {
      use: { ...USE, resource: 'view:climate' },
      handles: segments.flatMap((segment) => [segment.footerHandle, handleOf(segment, 'site')]),
    },
  ]);
  assert.deepEqual(asked.tails, [['climate', ['site'], 1]]);
});

test('readData() stops a statement that may need what a damaged row tells of, and no other', async (t) => {
  const segments = await segmentsOf(t, 's1');
  const error = new StorageError('STORAGE_ROW_DAMAGED', 'Cannot read store_segment: the row with id s2 was changed');
  const read = (stream: string, name = 'climate') => {
    const relations = new Map([...RELATIONS, ['doors', { ...CLIMATE, name: 'doors' }] as const]);
    const { parts } = fakeParts([segments], undefined, undefined, [{ id: 's2', stream, error }]);
    return readData([{ relation: name, columns: ['site'] }], relations, USE, parts);
  };
  await assert.rejects(read('climate'), { code: 'STORAGE_ROW_DAMAGED', message: /s2/ });
  await assert.rejects(read('clilate'), { code: 'STORAGE_ROW_DAMAGED' });
  assert.equal((await read('doors')).relations.length, 1);
  assert.equal((await read('clilate', 'plants')).relations.length, 1);
});

test('readData() plans and gives keys of no segment whose times a statement leaves out', async (t) => {
  const { keys } = await openKeys(t);
  const make = async (id: string, minTime: number, maxTime: number): Promise<Segment> => ({
    ...(await makeSegment(keys, { id, columns: COLUMNS })),
    minTime: micros(minTime),
    maxTime: micros(maxTime),
  });
  const segments = [await make('old', 0, 99), await make('edge', 50, 100), await make('new', 101, 200)];
  const { parts } = fakeParts([segments]);
  const planned = async (
    ...spans: NonNullable<GatedStatement['reads'][number]['spans']>[number][]
  ): Promise<readonly string[]> => {
    const data = await readData([{ relation: 'climate', columns: ['site'], ...(spans.length > 0 && { spans }) }], RELATIONS, USE, parts); // prettier-ignore
    const ids = data.relations[0]?.segments.map(({ id }) => id) ?? [];
    assert.deepEqual(data.segments.map(({ id }) => id), ids); // prettier-ignore
    for (const id of ['old', 'edge', 'new'].filter((one) => !ids.includes(one)))
      await assert.rejects(data.keys([{ segment: id, columns: ['site'] }]), { code: 'SERVER_KEY_UNGRANTED' });
    return ids;
  };
  assert.deepEqual(await planned(), ['old', 'edge', 'new']);
  assert.deepEqual(await planned({ from: 100, to: null, ago: null }), ['edge', 'new']);
  assert.deepEqual(await planned({ from: null, to: 49, ago: null }), ['old']);
  assert.deepEqual(await planned({ from: 150, to: null, ago: null }, { from: null, to: 10, ago: null }), ['old', 'new']); // prettier-ignore
  assert.deepEqual(await planned({ from: 201, to: null, ago: null }), []);
});

test('readData() plans each segment with its place, associated data and columns, and gives their keys', async (t) => {
  const [segment] = await segmentsOf(t, 's1');
  const { parts } = fakeParts([segment === undefined ? [] : [segment]]);
  const {
    relations: [relation],
    keys,
  } = await readData(reads('device', 'site'), RELATIONS, USE, parts);
  assert.deepEqual(relation?.columns, [text('device'), text('site')]);
  assert.deepEqual(relation?.tail, [{ rows: 0, columns: [] }]);
  const key = (name: string) => keyFor(handleOf(segment, name) ?? '').exportBytes();
  assert.deepEqual(relation?.segments, [
    {
      id: 's1',
      path: '/data/objects/segments/s1.parquet',
      aadPrefix: segmentAadPrefix('s1', 1),
      columns: ['device', 'site'],
      rows: 10,
      keyEpoch: '1/3/1',
    },
  ]);
  const footer = keyFor(segment?.footerHandle ?? '').exportBytes();
  assert.deepEqual(await keys([{ segment: 's1', columns: ['site'] }]), [
    { footer, columns: new Map([['site', key('site')]]) },
  ]);
});

test('readData() gives no key that its plan does not grant', async (t) => {
  const [s1 = assert.fail()] = await segmentsOf(t, 's1');
  const { parts, asked } = fakeParts([[s1]]);
  const { keys } = await readData(reads('site'), RELATIONS, USE, parts);
  for (const wanted of [
    { segment: 's1', columns: ['driver'] },
    { segment: 's1', columns: ['site', 'driver'] },
    { segment: 's1', columns: ['site', 'site'] },
    { segment: 's2', columns: ['site'] },
  ]) {
    await assert.rejects(keys([wanted]), { code: 'SERVER_KEY_UNGRANTED' }, JSON.stringify(wanted));
  }
  assert.deepEqual(asked.keys, []);
});

test('readData() plans blocks of the tail behind the segments, and gives their keys without unwrapping any', async (t) => {
  const [s1 = assert.fail()] = await segmentsOf(t, 's1');
  const key = (fill: number) => new Uint8Array(32).fill(fill);
  const block: TailBlock = {
    id: 'tail-1',
    path: '/data/run/tail/tail-1',
    aadPrefix: key(9),
    rows: 7,
    columns: ['device', 'site'],
    keys: {
      footer: key(1),
      columns: new Map([
        ['device', key(2)],
        ['site', key(3)],
      ]),
    },
  };
  const { parts, asked } = fakeParts([[s1]], undefined, undefined, [], [block]);
  const {
    relations: [relation],
    keys,
  } = await readData(reads('device', 'site'), RELATIONS, USE, parts);
  const { keys: _, ...place } = block;
  assert.deepEqual(relation?.segments.slice(1), [{ ...place, keyEpoch: 'tail/3/1' }]);
  assert.deepEqual(await keys([{ segment: 'tail-1', columns: ['site'] }]), [
    { footer: key(1), columns: new Map([['site', key(3)]]) },
  ]);
  assert.deepEqual(asked.keys, []);
  await assert.rejects(keys([{ segment: 'tail-1', columns: ['driver'] }]), { code: 'SERVER_KEY_UNGRANTED' });
});

test('readData() leaves segments of other streams alone', async (t) => {
  const { keys } = await openKeys(t);
  const { parts, asked } = fakeParts([[await makeSegment(keys, { id: 's1', stream: 'pump', columns: COLUMNS })]]);
  const {
    relations: [relation],
  } = await readData(reads('site'), RELATIONS, USE, parts);
  assert.deepEqual([relation?.segments, asked.keys], [[], []]);
});

test('readData() opens one column of a segment that has none of those that are read, for its rows count', async (t) => {
  const { keys } = await openKeys(t);
  const older = await makeSegment(keys, { id: 's1', columns: { device: 'operational', driver: 'identifier' } });
  const { parts } = fakeParts([[older]]);
  for (const columns of [['site'], []]) {
    const {
      relations: [relation],
    } = await readData(reads(...columns), RELATIONS, USE, parts);
    assert.deepEqual(relation?.segments[0]?.columns, ['device']);
  }
});

test('readData() takes tables from memory and asks for no key', async () => {
  const { parts, asked } = fakeParts([[]]);
  const {
    relations: [relation],
  } = await readData([{ relation: 'plants', columns: ['plant'] }], RELATIONS, USE, parts);
  assert.deepEqual(relation, { name: 'plants', columns: [text('plant')], segments: [], tail: [ROWS] });
  assert.deepEqual([asked.keys, asked.tails, asked.memory], [[], [], ['plants']]);
});

test('readData() asks again, all of it at a newer version, where the tail was sealed away meanwhile', async (t) => {
  for (const code of ['STORE_SNAPSHOT_EXPIRED', 'STORE_NOT_READY', 'SERVER_PROCESS_GONE']) {
    const [s1 = assert.fail(), s2 = assert.fail()] = await segmentsOf(t, 's1', 's2');
    const { parts, asked } = fakeParts([[s1], [s1, s2]], (attempt) => {
      if (attempt === 1) throw new PlatformError(code, 'Cannot tell: it is gone');
    });
    const {
      relations: [relation],
    } = await readData(reads('site'), RELATIONS, USE, parts);
    assert.deepEqual(
      relation?.segments.map(({ id }) => id),
      ['s1', 's2'],
    );
    assert.deepEqual(
      asked.tails.map(([, , version]) => version),
      [1, 2],
    );
  }
});

test('readData() does not ask again for what will not pass', async () => {
  const { parts, asked } = fakeParts([[]], () => {
    throw new PlatformError('STORE_STREAM_UNKNOWN', 'Cannot tell: no such stream');
  });
  await assert.rejects(readData(reads('site'), RELATIONS, USE, parts), { code: 'STORE_STREAM_UNKNOWN' });
  assert.equal(asked.tails.length, 1);
});

test('readData() gives up some time', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { parts, asked } = fakeParts([[]], (attempt) => {
    // The wait that follows is over as soon as it begins; after the last attempt there is none.
    if (attempt < 20) setImmediate(() => t.mock.timers.tick(100));
    throw new PlatformError('STORE_NOT_READY', 'Cannot tell: it starts');
  });
  await assert.rejects(readData(reads('site'), RELATIONS, USE, parts), { code: 'STORE_NOT_READY' });
  assert.equal(asked.tails.length, 20);
});

test('readData().keys() tells of a key that was destroyed, and names the segment', async (t) => {
  const [segment = assert.fail()] = await segmentsOf(t, 's1');
  for (const lost of [segment.footerHandle, handleOf(segment, 'site')]) {
    const { parts } = fakeParts([[segment]], undefined, lost);
    const { keys } = await readData(reads('site'), RELATIONS, USE, parts);
    await assert.rejects(keys([{ segment: 's1', columns: ['site'] }]), {
      code: 'SERVER_KEY_GONE',
      message: /segment s1/,
    });
  }
});

test('readData().keys() lets go of what it fetched before it fetches for the next part, and of all at the end', async (t) => {
  const [s1 = assert.fail(), s2 = assert.fail()] = await segmentsOf(t, 's1', 's2');
  const seen: string[] = [];
  const copies: QueryDataParts['copies'] = {
    pathOf: ({ id }) => `/data/run/copies/${id}`,
    hold: async ([segment]) => {
      seen.push(`held ${segment?.id}`);
      return { [Symbol.dispose]: () => void seen.push(`left ${segment?.id}`) };
    },
  };
  const { parts } = fakeParts([[s1, s2]]);
  const { keys, ended } = await readData(reads('site'), RELATIONS, USE, { ...parts, copies });
  await keys([{ segment: 's1', columns: ['site'] }]);
  await keys([{ segment: 's2', columns: ['site'] }]);
  assert.deepEqual(seen, ['held s1', 'left s1', 'held s2']);
  ended();
  assert.deepEqual(seen.slice(3), ['left s2']);
  const late = keys([{ segment: 's1', columns: ['site'] }]);
  await late;
  assert.deepEqual(seen.slice(4), ['held s1', 'left s1'], 'it ended while it waited');
});
