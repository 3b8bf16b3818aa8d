import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChildPlatform } from '../test/support/child-platform.ts';
import { fillPlatform } from './support/fill-platform.ts';
import { besidePeer, median } from './support/measurement.ts';
import type { Bench } from './support/measurement.ts';
import { PUMP_TEMPLATE, startPumps } from './support/platform-fleet.ts';

const ROWS = 2_000_000;
const ROUNDS = 15;
/** Between two statements, so that neither pays for what the other leaves to do. */
const PAUSE_MS = 100;
/** Until a process stands ready for who has none. */
const READY_MS = 3_000;
/** Of the greatest budget there is: what an answer costs does not change how long it takes. */
const EPSILON = 0.1;
const ASKED = 'count(*) as n, avg(temperature) as t, avg(voltage) as v, stddev(pressure) as p';

const TEMPLATE = PUMP_TEMPLATE.replace('rate: {', 'privacy: {epsilon: 20}\n    rate: {').replace(
  /people:.*/,
  `views: {shared: {from: pump, sql: 'select temperature, voltage, pressure from pump', private: true}}
people:
  analyst: {query: [pump, shared], sees: [operational]}
  operator: {query: [pump, shared], sees: [operational]}`,
);

/** A question over sealed readings answered with noise, beside the same one answered as it is, both asked as a person does. */
export const bench: Bench = async (note) => {
  await using fleet = await startPumps(10, {}, TEMPLATE);
  const { weir } = fleet;
  const stored = await fillPlatform(fleet, ROWS);
  note(`${stored} readings`);
  const token = await weir.addUser('analyst', ['analyst']);
  const times = { plain: [] as number[], noisy: [] as number[] };
  // The first of each opens its columns, in a process that has served nobody; what the one has opened the other does not have.
  const first = { plain: await askFirst(weir, token, 'pump'), noisy: await askFirst(weir, token, 'shared') };
  for (let round = 0; round < ROUNDS; round += 1) {
    await pause(PAUSE_MS);
    times.plain.push(await ask(weir, token, 'pump'));
    await pause(PAUSE_MS);
    times.noisy.push(await ask(weir, token, 'shared'));
  }
  note(`plain ${times.plain.map(Math.round).join(', ')} ms; with noise ${times.noisy.map(Math.round).join(', ')} ms`);
  note(`load average ${loadavg()[0]?.toFixed(1)}`);
  const [noisy, plain] = [median(times.noisy), median(times.plain)];
  const name = 'query: four aggregates with noise, beside the same without';
  return [
    besidePeer(`${name}, opened before`, 'ms', noisy, plain, { atMost: 1.5 }),
    besidePeer(`${name}, the first, which opens its columns`, 'ms', first.noisy, first.plain, null),
  ];
};

async function askFirst(weir: ChildPlatform, token: string, view: string): Promise<number> {
  await pause(READY_MS);
  return ask(weir, token, view);
}

async function ask(weir: ChildPlatform, token: string, view: string): Promise<number> {
  const body = { sql: `select ${ASKED} from ${view}`, ...(view === 'shared' ? { epsilon: EPSILON } : {}) };
  const began = performance.now();
  const answer = await weir.call('POST', '/v1/query', { body, token });
  const ms = performance.now() - began;
  if (answer.status !== 200) throw new Error(answer.body.toString('utf8'));
  return ms;
}
