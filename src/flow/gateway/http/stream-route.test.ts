import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { systemClock } from '#base/core/index.ts';
import type { Limits } from '#declare/template/index.ts';
import { REASON } from '#flow/ingest/index.ts';
import type { IngestPort } from '../ports.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { BodyRoom } from './body-room.ts';
import { QUOTA_EXCEEDED } from './rate-limit-fields.ts';
import { takeReadings } from './stream-route.ts';
import { serve } from './testing.ts';

const LIMITS = { payloadBytes: 1_000, batchReadings: 5, decompressedBytes: 300_000 } as unknown as Limits;
const STREAM = makeTemplate(
  'devices: { hub: {} }\nstreams: { s: { from: hub, fields: { temperature: { type: number, range: [0, 5] } } } }\n',
).streams.get('s');
const HUB = { index: 0, name: 'hub', type: 'hub', speaksFor: ['sensor'], serials: [] };
const SENSOR = { index: 1, name: 'sensor', type: 'sensor', speaksFor: [], serials: [] };

async function start(
  durable: () => Promise<void> = async () => {},
  device: string | null = null,
  reason = 0,
  perSecond = 2,
  limits = LIMITS,
) {
  const taken: string[] = [];
  const refused: number[] = [];
  const ingest: IngestPort = {
    busy: true,
    admit: () => 0,
    admitMany(_, stream, about, payload, format) {
      const lines = Buffer.from(payload).toString().split('\n').filter(Boolean);
      taken.push(`${stream} ${about.name} ${format} ${lines.length}`);
      return {
        reasons: new Uint8Array(lines.length).fill(reason),
        places: new Map(reason === 0 ? [] : [[0, 'temperature']]),
        dropped: reason === 0 ? ['extra'] : [],
        stored: lines.length,
        refused: 0,
      };
    },
    place: '',
    dropped: [],
    allowance: () => ({ perSecond, burst: 10, tokens: 0.25 }),
    refuse: (_, __, reason) => (refused.push(reason), reason),
    recordSession: () => {},
    recordEvent: () => 0,
    durable,
  };
  const devices = { find: (name: string) => [HUB, SENSOR].find((one) => one.name === name) ?? null };
  const bodies = new BodyRoom();
  const deps = { clock: systemClock, ingest, devices, bodies, limits: () => limits, stream: () => STREAM };
  const server = await serve((request, response) => {
    void takeReadings(deps, HUB, { stream: 's', device }, request, response);
  });
  return { taken, refused, bodies, server };
}

test('takeReadings() answers when what it took is durable', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { taken, ...held } = await start(() => promise, 'sensor');
  await using server = held.server;
  let answered = false;
  const answer = server.ask('POST', '/', { 'content-type': 'application/json' }, '{}').then((heard) => {
    answered = true;
    return heard;
  });
  while (taken.length === 0) await new Promise((done) => setTimeout(done, 5));
  assert.deepEqual([taken, answered], [['s sensor json 1'], false]);
  resolve();
  assert.equal((await answer).status, 202);
});

test('takeReadings() tells what the device may still send, and when where there is nothing left', async () => {
  const { ...taken } = await start();
  await using server = taken.server;
  const answer = await server.ask('POST', '/', { 'content-type': 'application/json' }, '{}');
  assert.equal(answer.headers['ratelimit-policy'], '"s";q=10;qu="readings";w=5');
  assert.equal(answer.headers['ratelimit'], '"s";r=0;t=1');
  const refused = await start(undefined, null, REASON.rate.number);
  await using other = refused.server;
  const rate = await other.ask('POST', '/', { 'content-type': 'application/json' }, '{}');
  assert.deepEqual([rate.status, rate.headers['retry-after']], [429, '1']);
  const slow = await start(undefined, null, REASON.rate.number, 1 / 3_600);
  await using third = slow.server;
  const hourly = await third.ask('POST', '/', { 'content-type': 'application/json' }, '{}');
  assert.equal(hourly.headers['ratelimit'], '"s";r=0;t=2700');
  assert.equal(hourly.headers['retry-after'], '2700');
  const body = JSON.parse(rate.body) as Record<string, unknown>;
  assert.deepEqual([body['type'], body['reason'], body['violated-policies']], [QUOTA_EXCEEDED, 'rate', ['s']]);
});

test('takeReadings() says try later where it cannot become durable', async () => {
  const held = await start(() => Promise.reject(new Error('full')));
  await using server = held.server;
  const answer = await server.ask('POST', '/', { 'content-type': 'application/x-ndjson' }, '{}\n{}\n');
  assert.deepEqual([answer.status, answer.headers['retry-after']], [503, '1']);
});

const NDJSON = { 'content-type': 'application/x-ndjson' };
/** So long that it goes to ingest in several parts. */
const LONG = `${'x'.repeat(900)}\n`.repeat(200);
const MANY = { ...LIMITS, batchReadings: 500 };
const startMany = (durable: () => Promise<void>) => start(durable, null, 0, 2, MANY);

test('takeReadings() says try later where an earlier part of a body was not kept', async () => {
  let asked = 0;
  const held = await startMany(() => (asked++ === 0 ? Promise.reject(new Error('full')) : Promise.resolve()));
  await using server = held.server;
  const answer = await server.ask('POST', '/', NDJSON, LONG);
  assert.deepEqual([held.taken.length > 1, answer.status], [true, 503]);
});

test('takeReadings() tells of what came before a fault in a body once that is durable', async () => {
  const headers = { ...NDJSON, 'content-encoding': 'gzip' };
  const broken = gzipSync(LONG);
  // Its checksum, behind all of its content.
  broken[broken.length - 6]! ^= 1;
  const kept = Promise.withResolvers<void>();
  const slow = await startMany(() => kept.promise);
  await using first = slow.server;
  let isAnswered = false;
  const answer = first.ask('POST', '/', headers, broken).then((heard) => {
    isAnswered = true;
    return heard;
  });
  while (slow.taken.length === 0) await new Promise((done) => setTimeout(done, 5));
  for (let turn = 0; turn < 20; turn++) await new Promise((done) => setTimeout(done, 5));
  assert.equal(isAnswered, false);
  kept.resolve();
  const { status, body } = await answer;
  assert.deepEqual([status, (JSON.parse(body) as { stored: number }).stored > 0], [REASON.decode.http, true]);
  const full = await startMany(() => Promise.reject(new Error('full')));
  await using second = full.server;
  assert.equal((await second.ask('POST', '/', headers, broken)).status, 503);
});

test('takeReadings() says try later while other bodies take up all the room, and gives back its own', async () => {
  const { taken, refused, bodies, ...held } = await start();
  await using server = held.server;
  const json = { 'content-type': 'application/json' };
  {
    using others = bodies.begin(0);
    others.take(134_217_728 - 1);
    const answer = await server.ask('POST', '/', json, '{}');
    assert.deepEqual([answer.status, answer.headers['retry-after'], taken, refused], [503, '1', [], []]);
    const zstd = { ...NDJSON, 'content-encoding': 'zstd' };
    assert.equal((await server.ask('POST', '/', zstd, zstdCompressSync('{}'))).status, 503, 'a window takes room, too');
    assert.equal((await server.ask('POST', '/', NDJSON, '{}')).status, 202);
  }
  assert.equal((await server.ask('POST', '/', json, '{}')).status, 202);
  assert.equal(bodies.taken, 0);
});

test('takeReadings() takes as many readings as allowed and says that more came', async () => {
  const { taken, refused, ...held } = await start();
  await using server = held.server;
  const answer = await server.ask('POST', '/', { 'content-type': 'application/x-ndjson' }, '{}\n'.repeat(6));
  assert.deepEqual([taken, answer.status], [[], REASON.tooManyReadings.http]);
  assert.deepEqual(refused, [REASON.tooManyReadings.number]);
});

test('takeReadings() names what it left out, and what is declared of the field that a refusal names', async () => {
  const json = { 'content-type': 'application/json' };
  const stored = await start();
  await using good = stored.server;
  assert.deepEqual(JSON.parse((await good.ask('POST', '/', json, '{}')).body), {
    stored: 1,
    refused: 0,
    dropped: ['extra'],
    outcomes: [{ index: 0, outcome: 'admitted' }],
  });
  const refused = await start(undefined, null, REASON.range.number);
  await using bad = refused.server;
  const { outcomes, dropped } = JSON.parse((await bad.ask('POST', '/', json, '{}')).body) as Record<string, unknown>;
  assert.deepEqual(outcomes, [{ index: 0, outcome: 'range', place: 'temperature', expected: 'from 0 to 5' }]);
  assert.equal(dropped, undefined);
});
