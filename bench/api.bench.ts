import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { ChildPlatform } from '../test/support/child-platform.ts';
import { askOnce } from './support/flood-api.ts';
import type { FloodOrder, FloodResult } from './support/flood-api.ts';
import { besidePeer } from './support/measurement.ts';
import type { Bench } from './support/measurement.ts';

const TEMPLATE = `
devices: { truck: {} }
streams: { climate: { from: truck, fields: { temperature: { type: number } } } }
people: { monitor: { query: [], may: [monitor] } }
`;
const QUIET_S = 8;
const FLOOD_S = 14;
/** The flood's burst is over by then: what it has left are the requests that its limit gives it. */
const SETTLED_S = 5;
const EVERY_MS = 20;
const CONNECTIONS = 32;

/** How long a caller that asks for little waits, alone and beside one that floods the same route. */
export const bench: Bench = async (note) => {
  await using weir = await ChildPlatform.start(TEMPLATE);
  const addUser = async (name: string): Promise<string> =>
    (await weir.ask<{ token: string }>('POST', '/v1/users', { body: { name, roles: ['monitor'] } })).token;
  const [quiet, flooder] = [await addUser('quiet'), await addUser('flooder')];
  const authority = await readFile(join(weir.layout.identity, 'ca.crt'), 'utf8');
  const url = new URL('/v1/metrics', weir.address.api).href;
  await waits(url, authority, quiet, 2);
  const alone = percentile(await waits(url, authority, quiet, QUIET_S), 0.99);
  const flood = floodInProcess({ url, authority, token: flooder, connections: CONNECTIONS, seconds: FLOOD_S });
  const first = percentile(await waits(url, authority, quiet, SETTLED_S), 0.99);
  const beside = percentile(await waits(url, authority, quiet, QUIET_S), 0.99);
  const { sent, byStatus } = await flood;
  note(
    `flood: ${sent} requests in ${FLOOD_S} s, ${JSON.stringify(byStatus)}; during its burst p99 ${first.toFixed(1)} ms`,
  );
  return [besidePeer('api: p99 of a quiet caller beside a flood, beside alone', 'ms', beside, alone, { atMost: 2 })];
};

/** Milliseconds of each request, one every so often, on a connection that is kept. */
async function waits(url: string, ca: string, token: string, seconds: number): Promise<number[]> {
  const agent = new Agent({ ca, keepAlive: true, maxSockets: 4 });
  const times: number[] = [];
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    const began = performance.now();
    const status = await askOnce(url, agent, token);
    if (status !== '200') throw new Error(`the quiet caller was answered with ${status}`);
    times.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, EVERY_MS - times.at(-1)!)));
  }
  agent.destroy();
  return times;
}

async function floodInProcess(order: FloodOrder): Promise<FloodResult> {
  const child = fork(new URL('support/flood-api.ts', import.meta.url), { execArgv: [] });
  const answered = once(child, 'message') as Promise<[FloodResult]>;
  child.send(order);
  const [result] = await answered;
  return result;
}

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? NaN;
}
