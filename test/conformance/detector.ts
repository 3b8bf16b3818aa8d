import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeState } from '#learn/features/index.ts';
import { DetectError, pickRows, rowsOf, sliceRows, StateArena } from '#watch/detect/index.ts';
import type {
  Detector,
  DetectorKind,
  IncrementalDetector,
  MovableDetector,
  OptionsOf,
  OptionTable,
  Rows,
} from '#watch/detect/index.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** How a kind of detector is tried. */
export interface DetectorTrial<T extends OptionTable> {
  /** Settings that differ from the standard ones. */
  readonly options?: Partial<OptionsOf<T>>;
  /** Fields of the rows; those of a series have one. */
  readonly width?: number;
  /** How many anomalous rows follow each other before one has to be seen: a chart needs a shift that lasts. */
  readonly lasting?: number;
  /** How far out the anomaly is, in standard deviations. */
  readonly far?: number;
  /** It sees repetitions, of which normal rows have none: all of those score 0. */
  readonly repeating?: boolean;
  /** What the anomaly's field is set to, where it is not simply far out. */
  readonly plant?: (rows: Rows, row: number, field: number) => void;
}

const NORMAL = 800;
const MORE = 200;

/**
 * What every detector promises, whoever wrote it.
 *
 * @param kind of the detector
 */
export function detectorConformance<D extends Detector, T extends OptionTable>(
  kind: DetectorKind<D, T>,
  { options = {}, width = 4, lasting = 1, far = 12, repeating = false, plant }: DetectorTrial<T> = {},
): void {
  const { name } = kind;
  const make = (seed = 7): D => kind.create(width, options, seed);
  const taught = (rows: Rows = normalRows(1, NORMAL, width), seed = 7): D => {
    const detector = make(seed);
    detector.learn(rows);
    return detector;
  };
  const field = Math.min(2, width - 1);
  const planted = (rows: Rows, row: number): void => {
    if (plant !== undefined) plant(rows, row, field);
    else rows.values[row * width + field] = 4 + far;
  };

  test(`${name}: score() of a detector that has learnt nothing is 0, and explain() blames nothing`, () => {
    const rows = normalRows(2, 5, width);
    assert.deepEqual(scoresOf(make(), rows), new Float64Array(5));
    assert.deepEqual(make().explain(rows), new Float64Array(5 * width));
    assert.equal(make().seen, 0);
  });

  test(`${name}: score() is finite, not negative, and tells rows apart`, () => {
    const scores = scoresOf(taught(), normalRows(2, MORE, width));
    for (const score of scores) assert.ok(score >= 0 && Number.isFinite(score), `a score is ${score}`);
    assert.ok(new Set(scores).size > 3 || repeating, 'nearly all scores are equal');
  });

  const movable = kind.cost === 'cheap' && isMovable(make());
  test(`${name}: two take turns in one arena and neither notices`, { skip: !movable && 'it is not cheap' }, () => {
    const { built: shared, arena } = StateArena.around((room) => {
      const detector = make();
      if (isMovable(detector)) detector.moveInto(room);
      return detector as D & MovableDetector;
    });
    const kept = [arena.bytes.slice(), arena.bytes.slice()];
    const alone = [1, 5].map(() => make() as D & MovableDetector);
    for (let from = 0; from < 60; from += 20) {
      for (const [i, seed] of [1, 5].entries()) {
        const rows = sliceRows(normalRows(seed, 60, width), from, from + 20);
        arena.bytes.set(kept[i]!);
        shared.learn(rows);
        kept[i] = arena.bytes.slice();
        alone[i]!.learn(rows);
      }
    }
    arena.bytes.set(kept[0]!);
    assert.deepEqual(shared.snapshot(), alone[0]!.snapshot());
    shared.resume(alone[1]!.snapshot());
    assert.deepEqual(arena.bytes, kept[1]);
  });

  test(`${name}: equal seeds, rows and settings give equal scores and snapshots`, () => {
    const rows = normalRows(2, MORE, width);
    assert.deepEqual(scoresOf(taught(), rows), scoresOf(taught(), rows));
    assert.deepEqual(taught().snapshot(), taught().snapshot());
  });

  test(`${name}: score() and explain() change nothing, neither the detector nor the rows`, () => {
    const detector = taught();
    const before = detector.snapshot();
    const rows = normalRows(2, MORE, width);
    const copy = rows.values.slice();
    const scores = scoresOf(detector, rows);
    detector.explain(sliceRows(rows, 0, 3));
    assert.deepEqual(scoresOf(detector, rows), scores);
    assert.deepEqual(detector.snapshot(), before);
    assert.deepEqual(rows.values, copy);
  });

  test(`${name}: score() judges each row by itself, in a block as alone`, () => {
    const detector = taught();
    const rows = normalRows(2, 40, width);
    const alone = Float64Array.from({ length: 40 }, (_, i) => scoresOf(detector, sliceRows(rows, i, i + 1))[0]!);
    assert.deepEqual(scoresOf(detector, rows), alone);
  });

  test(`${name}: learn() neither keeps nor changes the rows`, () => {
    const rows = normalRows(1, NORMAL, width);
    const copy = rows.values.slice();
    const detector = taught(rows);
    assert.deepEqual(rows.values, copy);
    const scores = scoresOf(detector, normalRows(2, MORE, width));
    rows.values.fill(1e6);
    assert.deepEqual(scoresOf(detector, normalRows(2, MORE, width)), scores);
    assert.equal(detector.seen, NORMAL);
  });

  test(`${name}: the order of fields matters as it is said to`, () => {
    const order = Int32Array.from({ length: width }, (_, i) => (i + 1) % width);
    const rows = normalRows(2, MORE, width);
    const scores = scoresOf(taught(), rows);
    const other = scoresOf(taught(reorderFields(normalRows(1, NORMAL, width), order)), reorderFields(rows, order));
    if (kind.fieldOrder === 'free') assertClose(other, scores, 'a score');
    else assertAsAnotherSeed(scores, other, scoresOf(taught(undefined, 8), rows));
  });

  test(`${name}: the order of rows matters as it is said to`, () => {
    const random = seededRandom(5);
    const order = Int32Array.from({ length: NORMAL }, (_, i) => i);
    for (let i = NORMAL - 1; i > 0; i--) {
      const j = random.integer(0, i);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    const rows = normalRows(2, MORE, width);
    const scores = scoresOf(taught(), rows);
    const other = scoresOf(taught(pickRows(normalRows(1, NORMAL, width), order)), rows);
    if (kind.rowOrder === 'free') assertClose(other, scores, 'a score');
    if (kind.rowOrder === 'seeded') assertAsAnotherSeed(scores, other, scoresOf(taught(undefined, 8), rows));
    if (kind.rowOrder === 'matters' && !repeating) assert.notDeepEqual(other, scores);
  });

  test(`${name}: missing, infinite and absurd values give finite scores, and do not spoil what was learnt`, () => {
    const holes = normalRows(1, NORMAL, width);
    for (let i = 0; i < holes.values.length; i += 7) holes.values[i] = NaN;
    for (const [at, value] of [Infinity, -Infinity, 1e300, -1e300, Number.MAX_VALUE].entries()) {
      holes.values[100 * width + at * (width + 1)] = value;
    }
    const detector = taught(holes);
    const rows = normalRows(2, MORE, width);
    const strange = rowsOf(
      Float64Array.from({ length: 6 * width }, (_, i) => STRANGE[Math.floor(i / width)]!),
      width,
    );
    for (const block of [holes, rows, strange]) {
      for (const score of scoresOf(detector, block)) assert.ok(score >= 0 && Number.isFinite(score), `got ${score}`);
      for (const share of detector.explain(sliceRows(block, 0, 6))) assert.ok(share >= 0 && share <= 1 + 1e-9);
    }
    if (lasting === 1) {
      const clean = median(scoresOf(taught(), rows));
      const spoilt = median(scoresOf(detector, rows));
      const kept = spoilt >= 0.4 * clean - 1e-9 && spoilt <= 2.5 * clean + 1e-9;
      assert.ok(kept, `the median score went from ${clean} to ${spoilt}`);
    }
  });

  test(`${name}: one row, equal rows and rows without any value can be learnt`, () => {
    for (const value of [0, 3, NaN, -1e-300]) {
      for (const count of [1, 2, 300]) {
        const detector = taught(rowsOf(new Float64Array(count * width).fill(value), width));
        for (const block of [normalRows(2, 5, width), rowsOf(new Float64Array(2 * width).fill(value), width)]) {
          for (const score of scoresOf(detector, block)) assert.ok(score >= 0 && Number.isFinite(score));
          detector.explain(block);
        }
        kind.restore(detector.snapshot());
      }
    }
    const detector = taught();
    detector.learn(rowsOf(new Float64Array(0), width));
    assert.equal(detector.seen, NORMAL);
  });

  test(`${name}: an anomaly scores above normal rows, and explain() names its field`, () => {
    const detector = taught();
    const normal = scoresOf(detector, normalRows(2, MORE, width)).sort();
    const rows = normalRows(3, lasting, width);
    for (let row = 0; row < lasting; row++) planted(rows, row);
    if (lasting > 1) detector.learn(sliceRows(rows, 0, lasting - 1));
    const last = sliceRows(rows, lasting - 1, lasting);
    const score = scoresOf(detector, last)[0]!;
    // Those that add fields up see three usual ones too: more than nineteen of twenty normal rows is what all can promise.
    const limit = normal[Math.floor(0.95 * MORE)]!;
    assert.ok(score > limit, `${score} is not above ${limit}`);
    const shares = detector.explain(last);
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
    assert.equal(shares.indexOf(Math.max(...shares)), field, `shares are ${shares.join(', ')}`);
  });

  test(`${name}: a detector that is restored goes on as the first would`, () => {
    const first = taught();
    const second = kind.restore(first.snapshot());
    assert.deepEqual(second.snapshot(), first.snapshot());
    assert.deepEqual([second.kind, second.width, second.seen], [name, width, NORMAL]);
    const rows = normalRows(2, MORE, width);
    assert.deepEqual(scoresOf(second, rows), scoresOf(first, rows));
    for (const detector of [first, second]) detector.learn(normalRows(4, NORMAL, width));
    assert.deepEqual(scoresOf(second, rows), scoresOf(first, rows));
    assert.deepEqual(second.snapshot(), first.snapshot());
    const fresh = kind.restore(make().snapshot());
    fresh.learn(normalRows(1, NORMAL, width));
    assert.deepEqual(scoresOf(fresh, rows), scoresOf(taught(), rows));
  });

  test(`${name}: restore() refuses what is torn, changed, foreign or unfit, with a clear error`, () => {
    const bytes = taught().snapshot();
    for (let part = 0; part < 20; part++) {
      const torn = bytes.subarray(0, Math.floor((bytes.length * part) / 20));
      assert.throws(() => kind.restore(torn), { code: 'FEATURES_STATE_CORRUPT' });
      const flipped = bytes.slice();
      flipped[Math.floor((bytes.length * part) / 20)]! ^= 1 << (part % 8);
      assert.throws(() => kind.restore(flipped), { code: 'FEATURES_STATE_CORRUPT' });
    }
    const other = encodeState('other', 1, { width });
    assert.throws(() => kind.restore(other), { code: 'FEATURES_STATE_FOREIGN' });
    // Of the version that it writes itself, which stands behind magic and format.
    const version = new DataView(bytes.buffer, bytes.byteOffset).getUint16(6, true);
    const unfit = encodeState(name, version, { width, seed: 0 });
    assert.throws(() => kind.restore(unfit), { code: 'DETECT_STATE_UNFIT' });
  });

  test(`${name}: its state never takes more than it says`, () => {
    const detector = make();
    const most = detector.stateBytes;
    for (let round = 0; round < 2; round++) {
      detector.learn(normalRows(round, 3000, width));
      assert.ok(detector.snapshot().length <= most, `${detector.snapshot().length} bytes are more than ${most}`);
      assert.equal(detector.stateBytes, most);
    }
  });

  test(`${name}: wrong shapes and settings are refused`, () => {
    const wide = rowsOf(new Float64Array(2 * (width + 1)), width + 1);
    for (const use of [
      () => make().learn(wide),
      () => make().score(wide, new Float64Array(2)),
      () => make().explain(wide),
      () => make().score(normalRows(1, 2, width), new Float64Array(1)),
      () => kind.create(0),
      () => kind.create(1.5),
    ]) {
      assert.throws(use, (error) => error instanceof DetectError && error.code === 'DETECT_SHAPE_MISMATCH');
    }
    assert.throws(() => kind.create(width, { nonsense: 1 } as unknown as OptionsOf<T>), {
      code: 'DETECT_OPTION_INVALID',
    });
    for (const [option, { least, greatest }] of Object.entries(kind.options)) {
      for (const value of [least - 1, greatest * 2 + 1, NaN]) {
        const given = { [option]: value } as unknown as OptionsOf<T>;
        assert.throws(() => kind.create(width, given), { code: 'DETECT_OPTION_INVALID' });
      }
    }
  });

  if (!('step' in make())) return;
  const started = (): IncrementalDetector => make() as Detector as IncrementalDetector;

  test(`${name}: step() is score() and learn(), row by row`, () => {
    const [whole, single] = [started(), started()];
    const rows = normalRows(1, NORMAL, width);
    for (let i = 0; i < rows.values.length; i += 97) rows.values[i] = NaN;
    const scores = new Float64Array(NORMAL);
    whole.step(rows, scores);
    for (let i = 0; i < NORMAL; i++) {
      const row = sliceRows(rows, i, i + 1);
      assert.equal(scoresOf(single, row)[0], scores[i], `row ${i}`);
      single.learn(row);
    }
    assert.deepEqual(whole.snapshot(), single.snapshot());
    assert.equal(whole.seen, NORMAL);
  });

  test(`${name}: blocks of any size teach the same`, () => {
    const rows = normalRows(1, NORMAL, width);
    const cut = started();
    for (let from = 0, size = 1; from < NORMAL; from += size, size = (size * 3) % 257) {
      cut.learn(sliceRows(rows, from, Math.min(NORMAL, from + size)));
    }
    assert.deepEqual(cut.snapshot(), taught(rows).snapshot());
  });
}

const STRANGE = [NaN, Infinity, -Infinity, 1e300, -1e99, 0];

/**
 * Rows that count as normal: fields of different units, the last but one even, the last following the first.
 */
export function normalRows(seed: number, count: number, width: number): Rows {
  const random = seededRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const values = new Float64Array(count * width);
  for (let row = 0; row < count; row++) {
    for (let field = 0; field < width; field++) {
      const noise = normal();
      values[row * width + field] =
        field === 0
          ? 10 + 2 * noise
          : field === 3
            ? 0.5 * values[row * width]! + 0.2 * noise
            : field === 2
              ? 4 + noise
              : -500 + 50 * noise;
    }
  }
  return rowsOf(values, width);
}

function scoresOf(detector: Detector, rows: Rows): Float64Array {
  const scores = new Float64Array(rows.count);
  detector.score(rows, scores);
  return scores;
}

function reorderFields({ values, width }: Rows, order: Int32Array): Rows {
  return rowsOf(
    values.map((_, i) => values[i - (i % width) + order[i % width]!]!),
    width,
  );
}

function assertClose(actual: Float64Array, expected: Float64Array, what: string): void {
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    assert.ok(difference <= 1e-6 * Math.max(1, Math.abs(expected[i]!)), `${what} is ${actual[i]}, not ${expected[i]}`);
  }
}

/** Scores differ by their order of rank no more than another seed's do. */
function assertAsAnotherSeed(scores: Float64Array, other: Float64Array, reseeded: Float64Array): void {
  const [is, should] = [rankCorrelation(scores, other), rankCorrelation(scores, reseeded)];
  assert.ok(is > should - 0.2, `rank correlation is ${is}, that of another seed ${should}`);
}

function rankCorrelation(a: Float64Array, b: Float64Array): number {
  const ranksOf = (scores: Float64Array): Float64Array => {
    const ranks = new Float64Array(scores.length);
    const order = Int32Array.from(scores, (_, i) => i).sort((i, j) => scores[i]! - scores[j]!);
    for (const [rank, i] of order.entries()) ranks[i] = rank;
    return ranks;
  };
  const [ra, rb] = [ranksOf(a), ranksOf(b)];
  const middle = (a.length - 1) / 2;
  let [both, own] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    both += (ra[i]! - middle) * (rb[i]! - middle);
    own += (ra[i]! - middle) ** 2;
  }
  return both / own;
}

function median(values: Float64Array): number {
  return values.slice().sort()[values.length >> 1]!;
}

function isMovable(detector: Detector): detector is MovableDetector {
  return 'moveInto' in detector;
}
