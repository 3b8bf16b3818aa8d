import { loadavg } from 'node:os';
import { sendReadings } from './support/fill-platform.ts';
import { absolute, besidePeer } from './support/measurement.ts';
import type { Bench, Measurement } from './support/measurement.ts';
import { countStored, PUMP_TEMPLATE, startPumps } from './support/platform-fleet.ts';
import type { Pumps } from './support/platform-fleet.ts';
import { ownMemory, processTree } from './support/process-memory.ts';

const SMALL = 2_000_000;
const LARGE = 20_000_000;
/** Readings that are sent at a time, each within the time that the load has. */
const STEP = 2_000_000;
const SAMPLE_MS = 200;
/** The store may be behind the gateway: it is waited for as long as more comes to it, and so long without. */
const PATIENCE_MS = 120_000;
const MIB = 2 ** 20;

interface Made {
  readonly rows: number;
  readonly objects: number;
  readonly parts: number;
  readonly size: number;
}

/** Datasets of two million readings and of twenty, made and read back, and the memory that the platform takes for it. */
export const bench: Bench = async (note) => {
  await using fleet = await startPumps(10, {}, PUMP_TEMPLATE);
  const { weir } = fleet;
  const measurements: Measurement[] = [];
  const most = new Map<string, number>();
  const step = async <T>(name: string, rows: number, run: () => Promise<T>): Promise<T> => {
    const meter = measureMemory(weir.pid);
    const began = performance.now();
    const result = await run();
    const seconds = (performance.now() - began) / 1_000;
    const { peak, before } = await meter.end();
    most.set(`${name} ${rows}`, peak - before);
    note(
      `${name}, ${rows} rows: ${seconds.toFixed(1)} s; memory of all processes ${Math.round(before / MIB)} MiB before, ` +
        `${Math.round(peak / MIB)} MiB at most; load average ${loadavg()[0]?.toFixed(1)}`,
    );
    if (rows === LARGE)
      measurements.push(absolute(`dataset: ${name}, 20 million rows`, 'rows/s', rows / seconds, null));
    return result;
  };
  let sent = 0;
  for (const rows of [SMALL, LARGE]) {
    const began = performance.now();
    while (sent < rows) sent += await sendReadings(fleet, Math.min(STEP, rows - sent));
    const acknowledged = performance.now();
    await allCounted(fleet, sent);
    const [sending, counting] = [acknowledged - began, performance.now() - acknowledged].map((ms) => (ms / 1_000).toFixed(0)); // prettier-ignore
    note(`${sent} readings sent in all, the last of them in ${sending} s, and counted ${counting} s later`);
    const name = `pumps_${rows}`;
    const made = await step('made', rows, () =>
      weir.ask<Made>('POST', '/v1/datasets', { body: { name, from: 'pump' } }),
    );
    if (made.rows < rows) throw new Error(`${made.rows} of ${rows} rows are frozen`);
    note(`${made.rows} rows in ${made.objects} objects of ${Math.round(made.size / MIB)} MiB, ${made.parts} parts`);
    for (const format of ['arrow', 'parquet'] as const) {
      const path = `/v1/datasets/${name}/rows?format=${format}`;
      const bytes = await step(`read as ${format}`, rows, () => weir.drain('GET', path));
      note(`${Math.round(bytes / MIB)} MiB as ${format}`);
    }
  }
  for (const name of ['made', 'read as arrow', 'read as parquet']) {
    const [large, small] = [LARGE, SMALL].map((rows) => (most.get(`${name} ${rows}`) ?? NaN) / MIB);
    const about = `dataset: ${name}, memory more than before with 20 million rows, beside 2 million`;
    measurements.push(besidePeer(about, 'MiB', large!, small!, { atMost: 1.5 }));
  }
  return measurements;
};

/** Waits until all readings that were acknowledged are in answers. */
async function allCounted(fleet: Pumps, readings: number): Promise<void> {
  const { weir } = fleet;
  let [most, since] = [-1, performance.now()];
  for (;;) {
    const { segments, tail } = await weir.status();
    const come = segments.rows + tail.rows;
    if (come >= readings && (await countStored(weir, readings)) >= readings) return;
    if (come > most) [most, since] = [come, performance.now()];
    if (performance.now() - since > PATIENCE_MS) throw new Error(`${come} of ${readings} readings are stored`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Samples the memory of a process and of all that it started. */
function measureMemory(pid: number) {
  const samples: number[] = [];
  let isOver = false;
  const sample = async (): Promise<number> => {
    const all = await Promise.all((await processTree(pid)).map((each) => ownMemory(each)));
    return all.reduce((sum, bytes) => sum + bytes, 0);
  };
  const running = (async () => {
    do {
      samples.push(await sample());
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    } while (!isOver);
  })();
  return {
    end: async () => {
      isOver = true;
      await running;
      return { before: samples[0] ?? 0, peak: Math.max(...samples) };
    },
  };
}
