import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { forkEndingWithParent } from '#run/server/index.ts';
import { ChildPlatform } from '../test/support/child-platform.ts';
import { askOnce } from './support/flood-api.ts';
import type { FloodOrder, FloodResult } from './support/flood-api.ts';
import type { NullServerOrder } from './support/null-server.ts';
import { makeServerCertificate } from './support/server-certificate.ts';
import type { ServerCertificate } from './support/server-certificate.ts';
import { besidePeer } from './support/measurement.ts';
import type { Bench, Measurement } from './support/measurement.ts';

const TEMPLATE = `
devices: { truck: {} }
streams: { climate: { from: truck, purposes: [quality], fields: { temperature: { type: number } } } }
people: { monitor: { query: [climate], may: [monitor], purposes: [quality] } }
`;
const STATEMENT = JSON.stringify({ sql: 'select count(*) as n from climate', purpose: 'quality' });
/** As many as give 2,000 requests beside a flood: of one round p99 would be the four slowest. */
const ROUNDS = 5;
const ALONE_S = 3;
const FLOOD_S = 8;
/** One request every so often: as many as the limit of a route gives. */
const EVERY_MS = 20;
const CONNECTIONS = 64;
/** Like a quota's: as many as come at once, then as many a second as hear 429 of the platform and get what comes anew. */
const NULL_ANSWERS = { atOnce: 500, lateMs: 400 };

/** What the quiet caller asks, and what floods at the same time. */
interface Case {
  readonly quiet: string;
  readonly flood: Pick<FloodOrder, 'path' | 'body'>;
  /** Another credential, of nobody, with each request of the flood. */
  readonly strangers?: true;
  /** The flood goes past the platform, to a server that does nothing. */
  readonly elsewhere?: true;
  readonly name: string;
}

const CASES: readonly Case[] = [
  { name: 'metrics', quiet: '/v1/metrics', flood: { path: '/v1/metrics' } },
  { name: 'me', quiet: '/v1/me', flood: { path: '/v1/me' } },
  { name: 'views', quiet: '/v1/views', flood: { path: '/v1/views' } },
  { name: 'me, invented tokens', quiet: '/v1/me', flood: { path: '/v1/me' }, strangers: true },
  { name: 'me, statements', quiet: '/v1/me', flood: { path: '/v1/query', body: STATEMENT } },
  { name: 'me, flood of another server', quiet: '/v1/me', flood: { path: '/' }, elsewhere: true },
];

/**
 * How long a caller that asks for little waits, alone and beside a flood of 64 connections in a process of its own, the
 * flood's first burst included. The last case has no bar: the flood goes to another program, which answers as many at once
 * and the rest as late as the platform does; so much the load generator and TLS take alone, where they share the machine.
 */
export const bench: Bench = async (note) => {
  await using weir = await ChildPlatform.start(TEMPLATE);
  const nowhere = await makeServerCertificate(weir.folder);
  const addUser = async (name: string): Promise<string> =>
    (await weir.ask<{ token: string }>('POST', '/v1/users', { body: { name, roles: ['monitor'] } })).token;
  const quiet = await addUser('quiet');
  const authority = await readFile(join(weir.layout.identity, 'ca.crt'), 'utf8');
  const origin = weir.address.api;
  const measured: Measurement[] = [];
  for (const { name, quiet: path, flood, strangers, elsewhere } of CASES) {
    const url = new URL(path, origin).href;
    const alone: number[] = [];
    const beside: number[] = [];
    await waits(url, authority, quiet, 1);
    for (let round = 0; round < ROUNDS; round++) {
      const flooder = await startFlooder();
      alone.push(...(await waits(url, authority, quiet, ALONE_S)));
      // A caller of its own each time, with all its quota left.
      const token = await addUser(`flooder-${measured.length}-${round}`);
      using other = elsewhere === true ? await startNullServer(nowhere) : null;
      const whom = other ?? { origin, authority };
      const order = { ...flood, ...whom, token, strangers: strangers === true, connections: CONNECTIONS };
      const flooded = flooder({ ...order, seconds: FLOOD_S });
      beside.push(...(await waits(url, authority, quiet, FLOOD_S)));
      const { sent, byStatus } = await flooded;
      note(`${name}: ${sent} requests in ${FLOOD_S} s, ${JSON.stringify(byStatus)}`);
    }
    const [ours, theirs] = [alone, beside].map((times) => percentile(times, 0.5).toFixed(1));
    note(`${name}: median ${ours} ms alone, ${theirs} ms beside`);
    const figures = [percentile(beside, 0.99), percentile(alone, 0.99)] as const;
    const bar = elsewhere === true ? null : { atMost: 2 };
    measured.push(besidePeer(`api: p99 beside a flood, beside alone: ${name}`, 'ms', ...figures, bar));
  }
  return measured;
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

async function startNullServer({
  certificate,
  key,
  pem,
}: ServerCertificate): Promise<Disposable & Pick<FloodOrder, 'origin' | 'authority'>> {
  const child = fork(new URL('support/null-server.ts', import.meta.url), forkEndingWithParent([]));
  await once(child, 'message');
  child.send({ certificate, key, ...NULL_ANSWERS } satisfies NullServerOrder);
  const [port] = (await once(child, 'message')) as [number];
  return { origin: `https://localhost:${port}`, authority: pem, [Symbol.dispose]: () => void child.kill() };
}

/** A process that floods when it is told to; starting it takes time that is not the flood's. */
async function startFlooder(): Promise<(order: FloodOrder) => Promise<FloodResult>> {
  const child = fork(new URL('support/flood-api.ts', import.meta.url), forkEndingWithParent([]));
  await once(child, 'message');
  return async (order) => {
    const answered = once(child, 'message') as Promise<[FloodResult]>;
    child.send(order);
    const [result] = await answered;
    return result;
  };
}

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? NaN;
}
