import { loadavg } from 'node:os';
import { absolute, median } from './support/measurement.ts';
import type { Bench } from './support/measurement.ts';
import { countStored, pumpPayloads, startPumps } from './support/platform-fleet.ts';
import { processTree, proportionalMemory } from './support/process-memory.ts';
import { runLoadProcess } from './support/run-load.ts';

const CONNECTIONS = 50;
const RATE = 100_000;
const SECONDS = 120;
const LOOK_MS = 1_000;
const GIB = 2 ** 30;

/** Memory of the whole tree of processes, by its proportional share, while it takes 100,000 readings a second. */
export const bench: Bench = async (note) => {
  await using fleet = await startPumps(CONNECTIONS);
  const { weir, pumps } = fleet;
  const loading = runLoadProcess({
    port: weir.address.ports.mqtt,
    authority: pumps[0]?.authority ?? '',
    connections: pumps.map(({ key, certificate, name }) => ({ key, certificate, clientId: name })),
    window: 100,
    topic: 'streams/pump',
    payloads: pumpPayloads(20_000),
    warmUpSeconds: 0,
    seconds: SECONDS,
    rate: RATE,
  });
  const looks: { at: number; bytes: number }[] = [];
  let over = false;
  const ended = loading.finally(() => (over = true));
  const began = performance.now();
  while (!over) {
    looks.push({ at: (performance.now() - began) / 1_000, bytes: await treeMemory(weir.pid) });
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (looks.length % 20 === 0) {
      const { tail, journal, segments } = await weir.status();
      note(
        `${Math.round(looks.at(-1)?.at ?? 0)} s: ${((looks.at(-1)?.bytes ?? 0) / GIB).toFixed(2)} GiB, ` +
          `${tail.rows} readings in the tail, ${Math.round(journal.bytes / 2 ** 20)} MiB of journal, ` +
          `${segments.count} segments, load average ${loadavg()[0]?.toFixed(1)}`,
      );
    }
  }
  const { total, perSecond } = await ended;
  const stored = await countStored(weir, total);
  if (stored < total) throw new Error(`${total} were acknowledged and ${stored} are stored`);
  // Compilers and caches fill in the first third.
  const later = looks.filter(({ at }) => at > SECONDS / 3);
  const half = later.length >> 1;
  const growth =
    median(later.slice(half).map(({ bytes }) => bytes)) / median(later.slice(0, half).map(({ bytes }) => bytes));
  return [
    absolute('memory: readings taken', 'readings/s', perSecond, { atLeast: RATE * 0.95 }),
    absolute('memory: most of the whole tree', 'GiB', Math.max(...looks.map(({ bytes }) => bytes)) / GIB, {
      atMost: 1.5,
    }),
    absolute('memory: last third over the third before', 'times', growth, { atMost: 1.1 }),
  ];
};

async function treeMemory(root: number): Promise<number> {
  let sum = 0;
  for (const pid of await processTree(root)) sum += await proportionalMemory(pid);
  return sum;
}
