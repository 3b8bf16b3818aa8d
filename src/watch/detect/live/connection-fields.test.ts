import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONNECTIONS_STREAM } from '#base/core/index.ts';
import type { Batch, Column } from '#base/core/index.ts';
import { nextNormal, nextUniform, seedRandom } from '#learn/features/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { FOREIGN_ROWS } from '../behaviour/type-watch.ts';
import { TypeProfiles } from '../behaviour/type-profiles.ts';
import { DeviceJudge } from './device-judge.ts';
import { DeviceWatch } from './device-watch.ts';
import type { Finding } from './finding.ts';
import { RowGatherer } from './row-gatherer.ts';
import { TextNamer } from './text-namer.ts';
import { planWatch } from './watch-plan.ts';

const PLAN = planWatch(
  makeTemplate(`
devices: { reefer: {} }
streams: { climate: { from: reefer, fields: { temperature: { type: number } } } }
detect: { climate: {} }
`),
).get(CONNECTIONS_STREAM)!;

type Row = Readonly<Record<string, string | number | null>>;
const random = seedRandom(5);
const USUAL = {
  network: '192.0.2.0/24',
  protocol: 'mqtt-5',
  tls: 'TLSv1.3 TLS_AES_128_GCM_SHA256 X25519',
  stack: '00aa00aa00aa00aa',
  keep_alive: 60,
  topics: 'climate',
};
const usual = (): Row => ({
  ...USUAL,
  payload: 60 + nextNormal(random),
  gap: 10 + 0.2 * nextNormal(random),
  largest: 64,
  sessions: 0,
  lost: 0,
  session_gap: null,
});

/** Watches one device: rows in, findings out. */
function watching(device = 'truck-7', judge = new DeviceJudge(PLAN)) {
  const gatherer = new RowGatherer(PLAN);
  const namer = new TextNamer(PLAN, gatherer.categories);
  const watch = new DeviceWatch(device, PLAN, judge);
  let time = 1_700_000_000e6;
  return {
    watch,
    send: (rows: readonly Row[], others: Parameters<DeviceWatch['take']>[3] = { peers: null }): readonly Finding[] => {
      gatherer.add(batchOf(device, rows, () => (time += 300e6)));
      return [...gatherer.drain()].flatMap(([name, given]) =>
        namer.take(name, given, watch.take(given, null, false, others)),
      );
    },
  };
}

function batchOf(device: string, rows: readonly Row[], next: () => number): Batch {
  const count = rows.length;
  const times = Float64Array.from({ length: count }, next);
  const column = (name: string): { name: string; data: Column } => {
    const cells = rows.map((row) => row[name] ?? null);
    const nulls = Uint8Array.from(cells, (cell) => (cell === null ? 1 : 0));
    if (cells.some((cell) => typeof cell === 'string')) {
      const dictionary = [...new Set(cells.map(String))];
      const codes = Uint32Array.from(cells, (cell) => dictionary.indexOf(String(cell)));
      return { name, data: { type: 'text', codes, dictionary, nulls } };
    }
    return { name, data: { type: 'number', values: Float64Array.from(cells, Number), nulls } };
  };
  const time = (name: string) => ({ name, data: { type: 'time', values: times, nulls: null } as const });
  return {
    stream: CONNECTIONS_STREAM,
    template: '',
    rows: count,
    columns: [
      { name: 'device', data: { type: 'text', codes: new Uint32Array(count), dictionary: [device], nulls: null } },
      time('time'),
      time('received'),
      ...PLAN.inputs.map(({ name }) => column(name)),
    ],
  };
}

const told = (found: readonly Finding[]): readonly string[] => found.map(({ sentence }) => sentence);

test('planWatch() watches how devices connect wherever it watches anything, within a budget that can be stated', () => {
  assert.equal(planWatch(makeTemplate('')).size, 0);
  assert.deepEqual(PLAN.budget, { alarms: 1, seconds: 604_800 });
  const stated = planWatch(makeTemplate('detect: {_connections: {budget: 2 false alarms per device per day}}'));
  assert.deepEqual(stated.get(CONNECTIONS_STREAM)?.budget, { alarms: 2, seconds: 86_400 });
});

test('a device that connects as it always does is told of by nothing', () => {
  const { send } = watching();
  assert.deepEqual(told(send(Array.from({ length: 2_000 }, usual))), []);
});

for (const [what, change, sentence] of [
  [
    'from another network',
    { network: '203.0.113.0/24' },
    /^truck-7 connects from another network than usual: "203\.0\.113\.0\/24", and before "192\.0\.2\.0\/24"$/,
  ],
  ['with another TLS stack', { stack: 'ffffffffffffffff' }, /^truck-7 connects with another TLS stack than usual/],
  ['with other TLS parameters', { tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384 P-256' }, /other parameters of TLS/],
  ['by another protocol', { protocol: 'https' }, /by another protocol than usual: "https", and before "mqtt-5"/],
  ['with another keep-alive', { keep_alive: 7 }, /another keep-alive than usual: 7, and before 60$/],
  ['to other topics', { topics: '(none) climate' }, /to other topics than usual: "\(none\) climate"/],
  ['with payloads of another size', { payload: 900 }, /payloads of another size than usual: 900 By; usual for it is/],
  ['at other intervals', { gap: 0.4 }, /at other intervals than usual: 0\.4 s; usual for it is/],
  ['more often', { sessions: 40 }, /opens another number of connections than usual: 40/],
] as const) {
  test(`a device that suddenly connects or sends ${what} is told of in plain words, once`, () => {
    const { send } = watching();
    assert.deepEqual(send(Array.from({ length: 300 }, usual)), []);
    const found = send([{ ...usual(), ...change }]);
    assert.equal(found.length, 1);
    assert.match(found[0]!.sentence, sentence);
    assert.ok(found[0]!.evidence.length > 0);
    assert.deepEqual(
      send(Array.from({ length: 50 }, usual)).filter(({ open }) => open),
      [],
    );
  });
}

test('what a device never did is told once three hours of it are known, and numbers once eight are', () => {
  const toldAfter = (rows: number, change: Row): number => {
    const { send } = watching();
    send(Array.from({ length: rows }, usual));
    return send([{ ...usual(), ...change }]).length;
  };
  const changes = {
    category: { network: '203.0.113.0/24' },
    stack: { stack: 'ffffffffffffffff' },
    size: { payload: 900 },
  };
  for (const [rows, category, stack, size] of [
    [16, 0, 0, 0],
    [36, 1, 1, 0],
    [96, 1, 1, 1],
    [250, 1, 1, 1],
  ] as const) {
    const told = [changes.category, changes.stack, changes.size].map((change) => toldAfter(rows, change));
    assert.deepEqual(told, [category, stack, size], `${rows} rows`);
  }
});

test('four weeks of devices that change in many ways raise no more alerts than are put up with', () => {
  const own = seedRandom(11);
  const heavy = (): number => nextNormal(own) / Math.hypot(nextNormal(own), nextNormal(own), nextNormal(own));
  /** A number that goes on from row to row, and is another with a chance. */
  const changing = (chance: number, next: (at: number) => number) => {
    let at = 0;
    return (): number => (nextUniform(own) < chance ? (at = next(at)) : at);
  };
  const kinds: Readonly<Record<string, () => () => Row>> = {
    'two networks': () => {
      const at = changing(0.02, (one) => 1 - one);
      return () => ({ network: `${at()}` });
    },
    'many networks': () => {
      const at = changing(0.05, () => Math.floor(Math.exp(3.4 * nextUniform(own))));
      return () => ({ network: `${at()}` });
    },
    'a new network a day': () => {
      const at = changing(1 / 288, (one) => one + 1);
      return () => ({ network: `${at()}` });
    },
    'a topic of events': () => () => ({ topics: nextUniform(own) < 0.02 ? 'climate events' : 'climate' }),
    'heavy tails': () => () => ({ payload: 60 + 5 * heavy(), gap: Math.exp(2 + 0.5 * heavy()) }),
  };
  const [devices, weeks] = [4, 4];
  for (const [kind, begin] of Object.entries(kinds)) {
    let alerts = 0;
    for (let device = 0; device < devices; device++) {
      const row = begin();
      const found = watching(`${kind} ${device}`).send(
        Array.from({ length: weeks * 7 * 288 }, () => ({ ...usual(), ...row() })),
      );
      alerts += new Set(found.map(({ id }) => id)).size;
    }
    assert.ok(alerts <= devices * weeks, `${kind}: ${alerts} of ${devices} devices in ${weeks} weeks`);
  }
});

test('a device that sends a long message now and then is told of for it in its first week alone', () => {
  const own = seedRandom(12);
  const week = (): readonly Row[] =>
    Array.from({ length: 7 * 288 }, () => ({ ...usual(), payload: nextUniform(own) < 0.01 ? 900 : 60 }));
  const { send } = watching();
  const weeks = [0, 1, 2, 3].map(
    () =>
      new Set(
        send(week())
          .filter(({ open }) => open)
          .map(({ id }) => id),
      ).size,
  );
  assert.deepEqual(weeks.slice(1), [0, 0, 0]);
  assert.ok(weeks[0]! <= 8, `${weeks[0]}`);
});

test('what else was unusual is said too, and a device that often changes its network is not told of for it', () => {
  const { send } = watching();
  send(Array.from({ length: 300 }, usual));
  const [found] = send([{ ...usual(), network: '203.0.113.0/24', stack: 'ffffffffffffffff' }]);
  assert.match(found?.sentence ?? '', /another (?:network|TLS stack) than usual.*; it also connects /);
  const roaming = watching('phone');
  const networks = Array.from({ length: 7 }, (_, i) => `192.0.${i}.0/24`);
  const rows = Array.from({ length: 600 }, (_, i) => ({ ...usual(), network: networks[(i * 5) % 7]! }));
  assert.deepEqual(told(roaming.send(rows)), []);
});

test('a device that loses its connection and comes back again and again is one that starts again and again', () => {
  const { send } = watching();
  send(Array.from({ length: 50 }, usual));
  assert.deepEqual(
    send([{ ...usual(), sessions: 2, lost: 2 }]).filter(({ violates }) => violates),
    [],
  );
  const found = send([{ ...usual(), sessions: 4, lost: 3 }]).filter(({ violates }) => violates !== undefined);
  assert.deepEqual(
    found.map(({ violates }) => violates?.kind),
    ['boot-loop'],
  );
  assert.match(found[0]!.sentence, /lost its connection and came back 5 times within ten minutes/);
});

test('another type behind the credentials of a device is told by how it connects, also where one type alone sends', () => {
  const types = new TypeProfiles(PLAN.traits!.length);
  const judge = new DeviceJudge(PLAN);
  const meter = (): Row => ({ ...usual(), stack: 'bb00bb00bb00bb00', payload: 300 + 9 * nextNormal(random), gap: 60 });
  for (let device = 0; device < 6; device++) {
    const rows = (next: () => Row) => Array.from({ length: 60 }, next);
    assert.deepEqual(watching(`truck-${device}`, judge).send(rows(usual), { peers: null, type: 'truck', types }), []);
    assert.deepEqual(watching(`meter-${device}`, judge).send(rows(meter), { peers: null, type: 'meter', types }), []);
  }
  // What it sends to, and from where, is the truck's: it has its rights and stands in its place.
  const stranger = watching('truck-7', judge);
  const found = Array.from({ length: FOREIGN_ROWS }, () =>
    stranger.send([meter()], { peers: null, type: 'truck', types }),
  );
  assert.deepEqual(
    found.map((one) => one.map(({ violates }) => violates?.kind)),
    [[], [], ['stranger']],
  );
  assert.match(found.at(-1)![0]!.sentence, /behaves as devices of type meter do, and is entered as one of type truck/);
  assert.equal(stranger.watch.describe().behaviour.asType, 0);
});

test('what is known of how a device connects outlives a restart', () => {
  const { watch, send } = watching();
  send(Array.from({ length: 300 }, usual));
  const restored = DeviceWatch.restore('truck-7', PLAN, watch.snapshot());
  assert.deepEqual(restored.snapshot(), watch.snapshot());
  assert.equal(restored.readings, 300);
});
