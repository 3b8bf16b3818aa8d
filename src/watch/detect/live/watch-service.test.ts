import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros, millis, systemClock } from '#base/core/index.ts';
import type { Batch } from '#base/core/index.ts';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import type { JournalItem, JournalReader } from '#flow/journal/index.ts';
import type { Finding } from './finding.ts';
import type { DeviceState } from './state-file.ts';
import type { MudWatch } from '../flows/mud-watch.ts';
import { attackedCameras, flowBatch } from '../flows/testing.ts';
import { climateBatch, climatePlan, climateRows } from './testing.ts';
import { planStream } from './watch-plan.ts';
import { WatchService } from './watch-service.ts';
import type { JournalState, WatchParts } from './watch-service.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';

const WILD = new Map([[500, 20]]);

/** A journal of one file: a batch of 50 readings at each offset. */
class Journal implements JournalReader {
  readonly items: JournalItem[] = [];
  #rouse: (() => void) | null = null;

  put(batch: Batch): void {
    const offset = this.items.length + 1;
    this.items.push({ position: { file: 'f', offset }, worker: 0, record: { kind: 'batch', batch } });
    this.wake();
  }

  add(from: number, to: number, wild: ReadonlyMap<number, number> = WILD): void {
    for (let at = from; at < to; at += 50) {
      const batch = climateBatch('truck-3', climateRows(at, Math.min(to, at + 50), wild));
      const offset = this.items.length + 1;
      this.items.push({ position: { file: 'f', offset }, worker: 0, record: { kind: 'batch', batch } });
    }
    this.wake();
  }

  async *read(cursor: ReadonlyMap<string, number>, options: { follow?: boolean; signal?: AbortSignal } = {}) {
    options.signal?.addEventListener('abort', () => this.wake());
    for (let at = cursor.get('f') ?? 0; options.signal?.aborted !== true;) {
      const item = this.items[at];
      if (item !== undefined) {
        at += 1;
        yield item;
      } else if (options.follow !== true) return;
      else await new Promise<void>((resolve) => (this.#rouse = resolve));
    }
  }

  wake(): void {
    this.#rouse?.();
  }

  async release(): Promise<readonly string[]> {
    return [];
  }
}

interface Kept {
  state: { cursor: ReadonlyMap<string, number>; devices: readonly DeviceState[] };
  readonly found: Finding[];
}

function start(journal: Journal, kept: Kept, more: Partial<WatchParts> = {}): WatchService {
  return new WatchService({
    journal,
    clock: systemClock,
    log: silentLog,
    plans: new Map([['climate', climatePlan()]]),
    ...kept.state,
    raise: async (findings) => void kept.found.push(...findings),
    save: async ({ cursor, devices }: JournalState) => void (kept.state = { cursor, devices: [...devices] }),
    ...more,
  });
}

const nothing = (): Kept => ({ state: { cursor: new Map(), devices: [] }, found: [] });

test('WatchService tells what it finds, and goes on from what was kept without doubling or losing', async () => {
  const whole = nothing();
  const journal = new Journal();
  journal.add(0, 1_300);
  const all = start(journal, whole);
  await eventually(() => all.status.caughtUp, Boolean);
  await all.drain();
  assert.ok(whole.found.length > 0);

  // Kept at half way, killed at three quarters, started again.
  const parts = nothing();
  const growing = new Journal();
  growing.add(0, 450);
  const first = start(growing, parts);
  await eventually(
    () => first.status.readings,
    (seen) => seen === 450,
  );
  await first.save();
  const atSave = parts.state;
  growing.add(450, 900);
  await eventually(
    () => first.status.readings,
    (seen) => seen === 900,
  );
  await eventually(
    () => parts.found.length,
    (count) => count > 0,
  );
  await first.drain();
  parts.state = atSave;
  const again = start(growing, parts);
  growing.add(900, 1_300);
  await eventually(
    () => again.status.readings,
    (seen) => seen === 850,
  );
  await again.drain();
  assert.deepEqual(new Set(parts.found.map(({ id }) => id)), new Set(whole.found.map(({ id }) => id)));
  assert.deepEqual(parts.state, whole.state);
  assert.equal(again.baseline('truck-3')[0]?.readings, 1_300);
  assert.deepEqual(again.baseline('nobody'), []);
});

test('WatchService rests where it stands in line for the processor, and finds the same', async () => {
  const found = await Promise.all(
    [undefined, () => 0].map(async (processorMs) => {
      const kept = nothing();
      const journal = new Journal();
      journal.add(0, 17_000);
      const service = start(journal, kept, processorMs === undefined ? {} : { processorMs });
      await eventually(
        () => service.status.readings,
        (count) => count === 17_000,
      );
      await service.drain();
      return kept.found.map(({ id }) => id);
    }),
  );
  assert.ok(found[0]!.length > 0);
  assert.deepEqual(found[1], found[0]);
});

test('WatchService does not move on where what it found could not be told', async () => {
  const kept = nothing();
  const journal = new Journal();
  journal.add(0, 600);
  const service = start(journal, kept, {
    raise: () => Promise.reject(new Error('full')),
  });
  await eventually(
    () => service.status.findings,
    (count) => count > 0,
  );
  await assert.rejects(service.save(), /full/);
  journal.add(600, 650);
  await assert.rejects(service.done, /full/);
  assert.deepEqual(kept.state.devices, []);
});

test('WatchService begins a device anew whose state does not fit, and keeps the others', async () => {
  const kept = nothing();
  const journal = new Journal();
  journal.add(0, 300);
  const first = start(journal, kept);
  await eventually(() => first.status.caughtUp, Boolean);
  await first.drain();
  kept.state = {
    cursor: kept.state.cursor,
    devices: [...kept.state.devices, { stream: 'climate', device: 'torn', snapshot: Uint8Array.of(1, 2, 3) }],
  };
  const again = start(journal, kept);
  assert.equal(again.baseline('truck-3')[0]?.readings, 300);
  assert.deepEqual(again.baseline('torn'), []);
  await again.drain();
});

test('WatchService leaves the dearer detectors out while it lags, counts that, and goes on in full', async () => {
  const kept = nothing();
  const journal = new Journal();
  let lateBy = 0;
  const begin = (1_700_000_000 + 300) * 1e6;
  const clock = { ...systemClock, now: () => micros(begin + lateBy * 1e6), monotonicMs: () => performance.now() };
  journal.add(0, 300);
  const service = start(journal, kept, { clock });
  await eventually(() => service.status.caughtUp, Boolean);
  assert.equal(service.status.shed, 0);
  lateBy = 60;
  journal.add(300, 350);
  await eventually(
    () => service.status.shed,
    (shed) => shed > 0,
  );
  lateBy = 0;
  journal.add(350, 400);
  await eventually(
    () => service.status.readings,
    (readings) => readings === 400,
  );
  assert.equal(service.status.shed, 50);
  const seen = service.baseline('truck-3')[0]?.detectors.map((detector) => detector.seen);
  assert.deepEqual(seen, [400, 350, 350, 350, 350]);
  await service.drain();
});

test('forget() leaves nothing of devices whose readings went, in no state that is kept either', async () => {
  const journal = new Journal();
  journal.add(0, 400);
  const kept: Kept = { state: { cursor: new Map(), devices: [] }, found: [] };
  const watch = start(journal, kept);
  await eventually(() => watch.status, ({ readings }) => readings === 400); // prettier-ignore
  const [known] = watch.baseline('truck-3');
  assert.ok(known);
  const span = { stream: 'climate', device: 'truck-3', from: known.since, to: known.since };
  const others = [
    { ...span, device: 'truck-4' },
    { ...span, from: known.until + 1, to: known.until + 2 },
  ];
  assert.deepEqual([watch.knowing([span]), watch.knowing(others), await watch.forget(others)], [1, 0, 0]);
  assert.equal(await watch.forget([span, span]), 1);
  assert.deepEqual([watch.knowing([span]), watch.baseline('truck-3').length, kept.state.devices.length], [0, 0, 0]);
  await watch.drain();
});

test('WatchService keeps no place behind readings that it has not taken yet', async () => {
  const journal = new Journal();
  const kept = nothing();
  journal.add(0, 450);
  // What flows are held against asks control for types first.
  let ask: () => void = () => {};
  const waits = new Promise<void>((resolve) => (ask = resolve));
  let asked = 0;
  const mud = { take: async () => ((asked += 1) < 9 ? [] : (await waits, [])) } as unknown as MudWatch;
  const service = start(journal, kept, { muds: new Map([['climate', mud]]) });
  await eventually(
    () => asked,
    (times) => times === 9,
  );
  await service.save();
  ask();
  assert.equal(kept.state.cursor.get('f'), 8);
  await eventually(() => service.status.caughtUp, Boolean);
  await service.drain();
  assert.equal(kept.state.cursor.get('f'), 9);
});

test('WatchService ends where what it found could not be kept, whatever comes', async () => {
  const journal = new Journal();
  journal.add(0, 600);
  const clock = frozenClock(micros((1_700_000_000 + 600) * 1e6));
  const raise = async (): Promise<void> => {
    throw new Error('the catalogue is busy');
  };
  const service = start(journal, nothing(), { clock, raise });
  await eventually(() => service.status.caughtUp, Boolean);
  clock.advance(millis(120_000));
  // Nothing is read any more, so nothing else would show it.
  service.lookAround();
  await assert.rejects(service.done, /busy/);
});

test('WatchService tells that a device has fallen silent while it is, and when that is over', async () => {
  const journal = new Journal();
  journal.add(0, 600);
  const clock = frozenClock(micros((1_700_000_000 + 600) * 1e6));
  const kept = nothing();
  const service = start(journal, kept, { clock });
  await eventually(() => service.status.caughtUp, Boolean);
  service.lookAround();
  const silences = (): readonly Finding[] => kept.found.filter(({ detectors: [first] }) => first?.name === 'silence');
  assert.deepEqual(silences(), []);
  clock.advance(millis(120_000));
  service.lookAround();
  service.lookAround();
  await eventually(silences, (found) => found.length > 0);
  const [told] = silences();
  assert.deepEqual([told?.device, told?.open, told?.start], ['truck-3', true, (1_700_000_000 + 599) * 1e6]);
  // Also where the watch was started again meanwhile.
  await service.drain();
  const again = start(journal, kept, { clock });
  clock.advance(millis(1_000));
  journal.add(721, 722);
  await eventually(silences, (found) => found.length > 1);
  await again.drain();
  const [, over, ...more] = silences();
  assert.deepEqual([over?.id, over?.open, more], [told?.id, false, []]);
});

test('WatchService tells that a fleet paused as one, and nothing of each of its devices when it is back', async () => {
  const names = ['truck-1', 'truck-2', 'truck-3', 'truck-4'];
  const [began, ...more] = await pausedFleet(names, []);
  assert.match(began!.sentence, /^4 of 4 devices of stream climate fell silent at once/);
  assert.deepEqual([began!, ...more].map(shown), [
    ['*', true, names],
    ['*', false, names],
  ]);
  // Nor is one named that was to be forgotten meanwhile.
  assert.deepEqual((await pausedFleet(names, ['truck-1'])).map(shown), [
    ['*', true, names],
    ['*', false, names.slice(1)],
  ]);
});

function shown({ device, open, devices }: Finding) {
  return [device, open, devices];
}

/** What is found of intervals where devices pause for two minutes; some of them are forgotten meanwhile. */
async function pausedFleet(names: readonly string[], forgotten: readonly string[]): Promise<readonly Finding[]> {
  const journal = new Journal();
  const clock = frozenClock(micros(1_700_000_000 * 1e6));
  const kept = nothing();
  const service = start(journal, kept, { clock });
  let readings = 0;
  const send = async (from: number, to: number): Promise<void> => {
    for (let at = from; at < to; at += 50) {
      for (const name of names) journal.put(climateBatch(name, climateRows(at, Math.min(to, at + 50))));
      readings += names.length * (Math.min(to, at + 50) - at);
      await eventually(
        () => service.status.readings,
        (seen) => seen === readings,
      );
      clock.advance(millis(50_000));
    }
  };
  await eventually(() => service.status.caughtUp, Boolean);
  await send(0, 600);
  clock.advance(millis(120_000));
  service.lookAround();
  await eventually(
    () => kept.found.length,
    (count) => count > 0,
  );
  await service.forget(forgotten.map((device) => ({ stream: 'climate', device, from: 0, to: clock.now() })));
  await send(770, 1_000);
  await service.drain();
  return kept.found.filter(({ causes }) => causes[0]?.field === 'interval');
}

test('WatchService sends windows up, says of each tier what it did, and keeps what the tiers know', async () => {
  const kept = nothing();
  const journal = new Journal();
  journal.add(0, 4_000);
  const plans = new Map([['climate', { ...climatePlan(), tiers: { suspicious: 0.05, sample: 0.2, processor: 1 } }]]);
  const first = start(journal, kept, { plans });
  await eventually(() => first.status.caughtUp, Boolean);
  const { tiers, recall, heldBack, windowsShed } = first.status;
  assert.deepEqual(
    tiers.map(({ name }) => name),
    ['cheap', 'principal-components', 'nearest-neighbours'],
  );
  assert.equal(tiers[0]?.judged, 4_000);
  assert.ok(recall.sampled > 700 && recall.odd > 0 && tiers[1]!.judged >= recall.sampled);
  // What goes up on suspicion is bounded by the budget.
  assert.ok(tiers[1]!.judged - recall.sampled <= 0.05 * 4_000 + 16);
  assert.ok(heldBack >= 0 && windowsShed === 0 && tiers[2]!.judged <= tiers[1]!.judged);
  await first.drain();

  journal.add(4_000, 4_100);
  const again = start(journal, kept, { plans });
  await eventually(() => again.status.caughtUp, Boolean);
  // It samples as one that knows enough: a fifth, and not a quarter.
  assert.ok(again.status.recall.sampled < 40);
  await again.drain();
});

test('WatchService lets the cheap tier go on where dearer ones may take nothing of the processor, and says so', async () => {
  const kept = nothing();
  const journal = new Journal();
  journal.add(0, 1_000);
  let ms = 0;
  // Of the time of the readings: none of them is late.
  const clock = { now: () => micros(1_700_001_000 * 1e6), monotonicMs: () => (ms += 0.1) };
  const plans = new Map([['climate', { ...climatePlan(), tiers: { suspicious: 0.05, sample: 1, processor: 0.01 } }]]);
  const service = start(journal, kept, { plans, clock });
  await eventually(() => service.status.caughtUp, Boolean);
  journal.add(1_000, 1_200);
  await eventually(() => service.status.readings === 1_200, Boolean);
  assert.ok(service.status.windowsShed > 0 && service.status.shed === 0);
  await service.drain();
});

test('WatchService tells drift of a stream once, with its field, and the same after a restart', async () => {
  const plan = climatePlan();
  const rule = { apart: 60_000, season: 0, blocks: [30], leastValues: 16 };
  const plans = new Map([['climate', { ...plan, drift: { ...plan.drift, rule } }]]);
  const drifted = new Map(Array.from({ length: 900 }, (_, i) => [2_000 + i, -17.2 + (i % 7) / 10]));
  const ofDrift = ({ found }: Kept): Finding[] => found.filter(({ device }) => device === '*');
  const whole = nothing();
  const journal = new Journal();
  journal.add(0, 2_900, drifted);
  const all = start(journal, whole, { plans });
  await eventually(() => all.status.caughtUp, Boolean);
  await all.drain();
  const [finding, ...others] = ofDrift(whole);
  assert.ok(finding !== undefined && others.length === 0, 'drift is not told once');
  assert.deepEqual([finding.detectors[0]?.name, finding.causes[0]?.field], ['drift', 'temperature']);

  const parts = nothing();
  const growing = new Journal();
  growing.add(0, 2_050, drifted);
  const first = start(growing, parts, { plans });
  await eventually(() => first.status.caughtUp, Boolean);
  await first.drain();
  growing.add(2_050, 2_900, drifted);
  const second = start(growing, parts, { plans });
  await eventually(() => second.status.caughtUp, Boolean);
  await second.drain();
  assert.deepEqual(ofDrift(parts), [finding]);
});

async function judged(watch: WatchService, readings: number): Promise<void> {
  const seen = await eventually(
    () => watch.status.readings,
    (count) => count === readings,
  );
  assert.equal(seen, readings);
}

test('WatchService holds a device against its type, and tells one that behaves as another, after a restart too', async () => {
  const plan = { ...climatePlan(), typed: true as const };
  const journal = new Journal();
  const kept = nothing();
  // Vans send as the climate rows are; reefers are 15 degrees warmer.
  const send = (device: string, warmer: number, from: number, to: number): void => {
    const rows = climateRows(from, to);
    for (let i = 0; i < rows.count; i++) rows.values[i * 4] = rows.values[i * 4]! + warmer;
    const batch = climateBatch(device, rows);
    const offset = journal.items.length + 1;
    journal.items.push({ position: { file: 'f', offset }, worker: 0, record: { kind: 'batch', batch } });
  };
  const typeOf = async (device: string): Promise<string> => (device.startsWith('van') ? 'van' : 'reefer');
  const parts = { plans: new Map([['climate', plan]]), typeOf };
  // The types of devices are asked for with their first readings.
  for (const device of ['van-1', 'reefer-1', 'van-2']) send(device, device.startsWith('van') ? 0 : 15, 0, 1);
  const first = start(journal, kept, parts);
  await judged(first, 3);
  for (let at = 1; at < 2_000; at += 500) {
    send('van-1', 0, at, at + 500);
    send('reefer-1', 15, at, at + 500);
  }
  journal.wake();
  await judged(first, 4_003);
  await first.drain();
  const again = start(journal, kept, parts);
  send('van-2', 0, 1, 2);
  journal.wake();
  await judged(again, 1);
  send('van-2', 15, 2, 200);
  journal.wake();
  await judged(again, 199);
  await again.drain();
  const strangers = kept.found.filter(({ violates }) => violates?.kind === 'stranger');
  assert.deepEqual([...new Set(strangers.map(({ device }) => device))], ['van-2']);
  assert.match(strangers[0]?.sentence ?? '', /behaves as devices of type reefer do, and is entered as one of type van/);
});

test('WatchService finds command and control in a stream of flows, the same after a restart', async () => {
  const template = makeTemplate(`devices: { camera: {} }\nstreams: { flows: { type: flow, from: camera } }`);
  const plans = new Map([['flows', planStream(template.streams.get('flows')!, { alarms: 1, seconds: 3_600 })]]);
  const rows = attackedCameras(7);
  const half = rows.length >> 1;
  const tell = async (...parts: (readonly [from: number, to: number])[]) => {
    const [kept, journal] = [nothing(), new Journal()];
    for (const [from, to] of parts) {
      for (let at = from; at < to; at += 250) journal.put(flowBatch(rows.slice(at, Math.min(to, at + 250))));
      const service = start(journal, kept, { plans });
      await eventually(() => service.status.caughtUp, Boolean);
      await service.drain();
    }
    return kept.found.filter(({ violates }) => violates?.kind === 'command-channel');
  };
  const whole = await tell([0, rows.length]);
  assert.match(whole[0]?.sentence ?? '', /^camera-2 calls 203\.0\.113\.9/);
  assert.deepEqual(await tell([0, half], [half, rows.length]), whole);
});

test('WatchService tells of a device that leaves its place among its peers, the same after a restart', async () => {
  const template = makeTemplate(`
devices: { reefer: {} }
streams:
  cold:
    from: reefer
    fields: { temperature: { type: number, unit: Cel } }
    features: { place: { kind: peers, of: temperature, over: 2m } }
`);
  const plans = new Map([['cold', planStream(template.streams.get('cold')!, { alarms: 1, seconds: 3_600 })]]);
  const [minutes, devices] = [500, 8];
  const random = seedRandom(3);
  const noise = Array.from({ length: minutes * 6 * devices }, () => nextNormal(random));
  // All follow the weather, whose changes are greater than what one of them does in the end.
  const temperature = (i: number, device: number): number =>
    10 * Math.sin(i / 3_000) + 0.3 * noise[i * devices + device]! - (device === 5 && i > 2_700 ? 4 : 0);
  const batch = (from: number, to: number): Batch => {
    const rows = Array.from({ length: (to - from) * devices }, (_, at) => ({
      i: from + Math.floor(at / devices),
      device: at % devices,
    }));
    const times = Float64Array.from(rows, ({ i }) => (1_700_000_000 + 10 * i) * 1e6);
    return {
      stream: 'cold',
      template: '',
      rows: rows.length,
      columns: [
        {
          name: 'device',
          data: {
            type: 'text',
            codes: Uint32Array.from(rows, ({ device }) => device),
            dictionary: Array.from({ length: devices }, (_, i) => `truck-${i}`),
            nulls: null,
          },
        },
        { name: 'time', data: { type: 'time', values: times, nulls: null } },
        { name: 'received', data: { type: 'time', values: times, nulls: null } },
        {
          name: 'temperature',
          data: {
            type: 'number',
            values: Float64Array.from(rows, ({ i, device }) => temperature(i, device)),
            nulls: null,
          },
        },
      ],
    };
  };
  const tell = async (...cuts: readonly number[]) => {
    const [kept, journal] = [nothing(), new Journal()];
    for (const [n, to] of cuts.entries()) {
      for (let at = cuts[n - 1] ?? 0; at < to; at += 50) journal.put(batch(at, Math.min(to, at + 50)));
      const service = start(journal, kept, { plans });
      await eventually(() => service.status.caughtUp, Boolean);
      await service.drain();
    }
    // The budget of one an hour allows others before.
    return kept.found.filter(
      ({ device, causes, start: from }) =>
        device === 'truck-5' && causes[0]?.field === 'place' && from >= (1_700_000_000 + 10 * 2_700) * 1e6,
    );
  };
  const whole = await tell(minutes * 6);
  assert.match(whole[0]?.sentence ?? '', /^temperature of truck-5 was colder than that of all 7 others of its type, -/);
  assert.deepEqual([whole[0]?.causes[0]?.peers?.below, whole[0]?.causes[0]?.peers?.others], [0, 7]);
  const brief = (found: typeof whole) => found.map(({ id, sentence, detectors }) => [id, sentence, detectors]);
  assert.deepEqual(brief(await tell(2_705, minutes * 6)), brief(whole));
});
