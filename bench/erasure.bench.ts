import { loadavg } from 'node:os';
import { fillPlatform } from './support/fill-platform.ts';
import { absolute } from './support/measurement.ts';
import type { Bench } from './support/measurement.ts';
import { startPumps, WORKER_TEMPLATE, workerPayloads } from './support/platform-fleet.ts';

const ROWS = 10_000_000;
const PERSONS = 2_000;
const MOST_SECONDS = 600;

/** The pumps of the other benches, and who was at them. */
const TEMPLATE = WORKER_TEMPLATE.replace(
  'people: {',
  'people: {dpo: {query: [pump], purposes: [care], sees: [operational, identifier], may: [erase]}, ',
);

interface Request {
  readonly id: string;
  readonly state: string;
  readonly problem: string | null;
  readonly erased: Readonly<Record<string, number>>;
}

/** One person among ten million readings is erased, all of whose segments have some of theirs. */
export const bench: Bench = async (note) => {
  await using fleet = await startPumps(10, {}, TEMPLATE);
  const { weir } = fleet;
  const payloads = workerPayloads(20_000, PERSONS);
  const stored = await fillPlatform(fleet, ROWS, payloads);
  const token = await weir.addUser('dpo', ['dpo']);
  const { segments } = await weir.status();
  note(`${stored} readings in ${segments.count} segments of ${Math.round(segments.bytes / 2 ** 20)} MiB`);
  const began = performance.now();
  const request = await weir.ask<Request>('POST', '/v1/subjects/erase', { token, body: { subject: 'worker-7' } });
  const invisible = performance.now() - began;
  const [left] = await weir
    .call('POST', '/v1/query', { token, body: { sql: 'select count(*)::double as n from pump', purpose: 'care' } })
    .then((answer) => answer.json<{ rows: { n: number }[] }>().rows);
  const gone = stored - (left?.n ?? stored);
  if (gone < stored / PERSONS / 2) throw new Error(`${gone} readings are hidden`);
  note(
    `${gone} readings out of every answer after ${Math.round(invisible)} ms, load average ${loadavg()[0]?.toFixed(1)}`,
  );
  let now = request;
  while (now.state !== 'done') {
    if (performance.now() - began > MOST_SECONDS * 1_000) throw new Error(`not erased: ${now.problem ?? now.state}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    now = await weir.ask<Request>('GET', `/v1/subject-requests/${request.id}`, { token });
  }
  const certified = performance.now() - began;
  note(`certified after ${Math.round(certified / 1_000)} s: ${JSON.stringify(now.erased)}`);
  return [
    absolute('erasure: one of 2,000 persons among 10 million readings, out of every answer', 'ms', invisible, {
      atMost: 10_000,
    }),
    absolute('erasure: the same, off the disk and certified', 's', certified / 1_000, { atMost: 300 }),
  ];
};
