import { loadavg } from 'node:os';
import { fillPlatform } from './support/fill-platform.ts';
import { absolute, median } from './support/measurement.ts';
import type { Bench } from './support/measurement.ts';
import { startPumps } from './support/platform-fleet.ts';

const ROWS = 10_000_000;
const ROUNDS = 3;

/** From starting its process to listeners that accept, with ten million readings stored; after a stop and a crash. */
export const bench: Bench = async (note) => {
  await using fleet = await startPumps(10);
  const { weir } = fleet;
  const began = performance.now();
  const stored = await fillPlatform(fleet, ROWS);
  const { segments, journal } = await weir.status();
  note(
    `${stored} readings in ${segments.count} segments after ${Math.round((performance.now() - began) / 1_000)} s, ` +
      `${Math.round(journal.bytes / 2 ** 20)} MiB of journal files`,
  );
  const stopped: number[] = [];
  const crashed: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [times, end] of [
      [stopped, () => weir.stop()],
      [crashed, () => weir.kill()],
    ] as const) {
      await end();
      const started = performance.now();
      await weir.start();
      times.push(performance.now() - started);
      note(
        `accepting ${Math.round(times.at(-1) ?? NaN)} ms after a ${times === stopped ? 'stop' : 'crash'}, ` +
          `load average ${loadavg()[0]?.toFixed(1)}`,
      );
      const [row] = await weir.query('select count(*)::double as n from pump');
      if (row?.['n'] !== stored) throw new Error(`${stored} were stored and ${String(row?.['n'])} are there`);
    }
  }
  return [
    absolute('restart: to accepting after a stop, 10 million stored', 'ms', median(stopped), { atMost: 3_000 }),
    absolute('restart: to accepting after a crash, 10 million stored', 'ms', median(crashed), { atMost: 3_000 }),
  ];
};
