import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatMicros, micros, systemClock } from '#base/core/index.ts';
import type { Batch } from '#base/core/index.ts';
import type { JournalItem, JournalReader } from '#flow/journal/index.ts';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import type { Finding } from '../live/finding.ts';
import { planDetection } from '../live/watch-plan.ts';
import { WatchService } from '../live/watch-service.ts';
import { answeredBatch } from './answered-batch.ts';
import type { AnsweredRow, AnswerShape } from './answered-batch.ts';
import { judgeAnswer } from './judge-answer.ts';

const TEMPLATE = makeTemplate(`
devices: { pump: {} }
streams:
  pump:
    from: pump
    fields:
      level: { type: number, range: [0, 100], nullable: true }
      power: { type: number, nullable: true }
      count: { type: integer }
      open: { type: boolean }
      mode: { type: text, nullable: true }
    features:
      mid: { kind: median, of: level, rows: 4 }
detect:
  pump:
    budget: 10 false alarms per device per hour
    detectors: [standard, half-space-trees, { kind: series-ensemble, fields: [level, power] }, hbos]
    signs: { case-open: open }
    physics: [level changes by at most 30/s]
    tiers: { suspicious: 0.05, sample: 0.2, processor: 1 }
`);
const PLAN = planDetection(TEMPLATE.streams.get('pump')!, TEMPLATE.detect.get('pump')!);
const SHAPE: AnswerShape = {
  stream: 'pump',
  series: 'device',
  time: 'time',
  received: 'received',
  fields: new Map(TEMPLATE.streams.get('pump')!.fields.map(({ name, type }) => [name, type])),
};
const BEGUN = 1_700_000_000e6;

interface Trouble {
  readonly at: number;
  readonly kind: 'wild' | 'stuck' | 'late' | 'doubled' | 'missing' | 'case' | 'order';
}

/** An hour or so of some pumps, with what goes wrong at some of the readings. */
function readingsOf(seed: number, devices: number, count: number, troubles: readonly Trouble[]): AnsweredRow[] {
  const random = seedRandom(seed);
  const by = new Map(troubles.map(({ at, kind }) => [at, kind]));
  return Array.from({ length: count }, (_, i): AnsweredRow => {
    const kind = by.get(i);
    const common = nextNormal(random);
    const told = kind === 'late' ? i - 7 : kind === 'doubled' ? i - devices : i;
    return {
      device: `p${i % devices}`,
      time: formatMicros(micros(BEGUN + told * 1e6)),
      received: formatMicros(micros(BEGUN + i * 1e6 + 5_000)),
      level: kind === 'missing' ? null : kind === 'stuck' ? 50 : 50 + common + (kind === 'wild' ? 35 : 0),
      power: 5 + common + 0.3 * nextNormal(random),
      count: String(i % 9),
      open: kind === 'case',
      mode: kind === 'order' ? 'service' : i % 2 === 0 ? 'idle' : 'pumping',
    };
  });
}

/** The live watch over a journal of these batches. */
async function findLive(batches: readonly Batch[], plan = PLAN): Promise<Finding[]> {
  const items = batches.map((batch, i): JournalItem => {
    return { position: { file: 'f', offset: i + 1 }, worker: 0, record: { kind: 'batch', batch } };
  });
  const journal: JournalReader = {
    async *read(_: unknown, { follow, signal }: { follow?: boolean; signal?: AbortSignal } = {}) {
      if (follow !== true) yield* items;
      else await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
    },
    wake: () => {},
    release: async () => [],
  };
  const found: Finding[] = [];
  const service = new WatchService({
    journal,
    clock: systemClock,
    log: silentLog,
    plans: new Map([['pump', plan]]),
    cursor: new Map(),
    devices: [],
    raise: async (findings) => void found.push(...findings),
    save: async () => {},
  });
  await eventually(() => service.status.caughtUp, Boolean);
  await service.drain();
  return found;
}

async function findBefore(rows: readonly AnsweredRow[], plan = PLAN): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const { findings } of judgeAnswer(rows, SHAPE, plan)) found.push(...findings);
  return found;
}

/** What does not depend on which rows were judged at once. */
function last(found: readonly Finding[]) {
  const byId = new Map(found.map((finding) => [finding.id, finding]));
  return [...byId.values()]
    .map(({ id, device, start, end, open, detectors, violates, severity, budget }) => {
      return { id, device, start, end, open, detectors, violates, severity, budget };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

const COUNT = 1_500;
const troubles = fc.array(
  fc.record({
    at: fc.integer({ min: 700, max: COUNT - 1 }),
    kind: fc.constantFrom<Trouble['kind']>('wild', 'stuck', 'late', 'doubled', 'missing', 'case', 'order'),
  }),
  { minLength: 1, maxLength: 40 },
);

test('what is asked of the past is found as it was live, however readings came together', async () => {
  let findings = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(1_000), fc.integer({ min: 1, max: 200 }), troubles, async (seed, each, wrong) => {
      const rows = readingsOf(seed, 1, COUNT, wrong);
      const batches: Batch[] = [];
      for (let at = 0; at < rows.length; at += each) batches.push(answeredBatch(rows.slice(at, at + each), SHAPE));
      const [live, before] = [last(await findLive(batches)), last(await findBefore(rows))];
      findings += live.length;
      assert.deepEqual(before, live);
    }),
    { numRuns: 8, seed: 3 },
  );
  assert.ok(findings > 8, `${findings} findings are too few to compare`);
});

test('so it is of several devices, whose readings came in any order, by what judges each of them', async () => {
  const rows = readingsOf(5, 3, 3 * COUNT, [
    { at: 3_000, kind: 'wild' },
    { at: 3_301, kind: 'case' },
    { at: 3_602, kind: 'wild' },
  ]);
  const own = { ...PLAN, windows: [] };
  const batches: Batch[] = [];
  for (let at = 0; at < rows.length; at += 100) batches.push(answeredBatch(rows.slice(at, at + 100), SHAPE));
  const [live, before] = [last(await findLive(batches, own)), last(await findBefore(rows, own))];
  assert.deepEqual(before, live);
  assert.equal(new Set(live.map(({ device }) => device)).size, 3);
});

test('judgeAnswer() says what each detector said of each row, and is told by column what a row is', async () => {
  const rows = readingsOf(7, 1, 900, [{ at: 850, kind: 'wild' }]);
  const scores = [];
  let judged = 0;
  for await (const block of judgeAnswer(rows, SHAPE, PLAN, { scored: true })) {
    judged += block.rows;
    scores.push(...block.scores);
  }
  assert.equal(judged, 900);
  const ofZ = scores.filter(({ detector }) => detector === 'robust-z');
  assert.equal(ofZ.length, 900);
  const wild = ofZ[850]!;
  assert.ok(wild.beyond && wild.score > wild.limit && wild.time === BEGUN + 850e6);
  assert.ok(ofZ.filter(({ beyond }) => beyond).length <= 3);
  const names = new Set(scores.map(({ detector }) => detector));
  for (const name of ['half-space-trees', 'series-ensemble', 'hbos', 'principal-components'])
    assert.ok(names.has(name), name);
  await assert.rejects(findBefore([{ ...rows[0], device: null }]), { code: 'DETECT_ROWS_UNFIT' });
});
