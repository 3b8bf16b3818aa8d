import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bytes, encodeUtf8, seconds } from '#base/core/index.ts';
import type { Batch, Clock, ColumnShape, NamedColumn, Random } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { encodeParquet, formatKeyMetadata, sealParquet } from '#flow/store/index.ts';
import { BASE_SCHEMA } from '../gate/relation-source.ts';
import type { EngineLimits } from './engine.ts';
import { executePlan } from './execute-plan.ts';
import { openSegmentFile } from './open-segment-file.ts';
import type { StatementParser } from './parse-statement.ts';
import { SegmentFiles } from './segment-files.ts';
import type { AskKeys, SealedSegment } from './segment-files.ts';

export interface WarmUpParts {
  readonly parser: Pick<StatementParser, 'parse'>;
  readonly limits: EngineLimits;
  readonly clock: Clock;
  readonly random: Random;
  /** A directory in memory. */
  readonly directory: string;
  /** Ends it early, as when a statement comes. */
  readonly signal: AbortSignal;
}

const ROWS = 4_096;
const NUMBERS = 6;
/** So many openings of a small segment are enough for the compiler to take the code that opens pages for hot. */
const OPENINGS = 24;
const RELATION = 'made_up';

/**
 * Opens a made-up segment and asks one statement of it, as a statement of a person would: so the first of those meets
 * code that is loaded and compiled. Leaves nothing behind.
 */
export async function warmUp({ parser, limits, clock, random, directory, signal }: WarmUpParts): Promise<void> {
  const folder = await mkdtemp(path.join(directory, 'weir-warm-'));
  using files = new SegmentFiles({ open: openSegmentFile, clock, budget: bytes(0), idle: seconds(1), directory });
  try {
    const { segment, shapes, askKeys } = await makeSegment(folder, random);
    const columns = shapes.map(({ name }) => name);
    for (let i = 0; i < OPENINGS && !signal.aborted; i++) {
      (await files.lease([{ segment, columns }], askKeys, signal)).release();
      // Whoever asks meanwhile is not kept waiting.
      await new Promise(setImmediate);
    }
    const sums = columns.slice(1).map((name) => `avg(${name})`);
    const parsed = await parser.parse(
      `SELECT device, ${sums.join(', ')} FROM ${BASE_SCHEMA}.${RELATION} GROUP BY device ORDER BY device`,
    );
    if (parsed.outcome === 'invalid' || signal.aborted) return;
    const plan = {
      ast: parsed.ast,
      explain: false,
      relations: [{ name: RELATION, columns: shapes, segments: [segment], tail: [] }],
      parameters: [],
      limits: { ...limits, time: seconds(10), rows: ROWS },
      maskKey: random.bytes(32),
      columnNotes: [],
      notes: { purpose: null },
    };
    await executePlan(plan, 'json', { files, askKeys }, { write: () => {} }, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeSegment(
  folder: string,
  random: Random,
): Promise<{ readonly segment: SealedSegment; readonly shapes: readonly ColumnShape[]; readonly askKeys: AskKeys }> {
  const numbers = Array.from({ length: NUMBERS }, (_, i) => `n${i}`);
  const shapes: readonly ColumnShape[] = [
    { name: 'device', type: 'text', nullable: false },
    ...numbers.map((name) => ({ name, type: 'number', nullable: true }) as const),
  ];
  const device: NamedColumn = {
    name: 'device',
    data: {
      type: 'text',
      codes: new Uint32Array(ROWS).map((_, row) => row % 8),
      dictionary: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'],
      nulls: null,
    },
  };
  const batch: Batch = {
    stream: RELATION,
    template: '',
    rows: ROWS,
    columns: [
      device,
      ...numbers.map((name, i) => ({
        name,
        data: {
          type: 'number',
          values: new Float64Array(ROWS).map((_, row) => (row * (i + 7)) % 1_009),
          nulls: null,
        } as const,
      })),
    ],
  };
  const key = (handle: string) => {
    const raw = random.bytes(32);
    return {
      raw,
      seal: {
        key: AeadKey.fromBytes(raw),
        metadata: formatKeyMetadata({ footer: handle === '', masterKeyId: RELATION, handle }),
      },
    };
  };
  const footer = key('');
  const keys = shapes.map(({ name }) => ({ name, ...key(name) }));
  const aadPrefix = encodeUtf8(RELATION);
  const sealed = sealParquet(encodeParquet(shapes, [batch]), {
    aadPrefix,
    footer: footer.seal,
    columns: new Map(keys.map(({ name, seal }) => [name, seal])),
    random,
  });
  const file = path.join(folder, 'segment');
  await writeFile(file, sealed, { mode: 0o600 });
  const columns = keys.map(({ name }) => name);
  const held = { footer: footer.raw, columns: new Map(keys.map(({ name, raw }) => [name, raw])) };
  return {
    segment: { id: RELATION, path: file, aadPrefix, columns, rows: ROWS, keyEpoch: '1' },
    shapes,
    askKeys: async (wanted) => wanted.map(() => held),
  };
}
