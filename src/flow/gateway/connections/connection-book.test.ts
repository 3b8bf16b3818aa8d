import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { SENSOR, TRUCK } from '../mqtt/testing.ts';
import { ConnectionBook, CONNECTION_PERIOD_MICROS } from './connection-book.ts';
import type { ConnectionSummary, Manner } from './connection-summary.ts';
import { MANNER } from './testing.ts';

const topic = { stream: 's', about: TRUCK, refusal: 0 };

function open() {
  const told: ConnectionSummary[] = [];
  const clock = { micros: 1_000_000_000, now: () => micros(clock.micros) };
  return { told, clock, book: new ConnectionBook({ clock, isStream: () => true, told: (one) => told.push(one) }) };
}

test('ConnectionBook tells of a device that is new soon, then once a period, and of one that is silent not at all', () => {
  const { told, clock, book } = open();
  const tally = book.began(TRUCK, MANNER);
  book.began(SENSOR, MANNER);
  for (let second = 0; second < 600; second++) {
    tally.message(8, clock.micros, topic);
    clock.micros += 1e6;
    book.sweep();
  }
  const of = (name: string) => told.filter(({ device }) => device.name === name);
  assert.deepEqual(
    of(TRUCK.name).map(({ sessions, messages, gap }) => [sessions, messages, gap === null ? null : Math.round(gap)]),
    [
      [1, 10, 1],
      [0, CONNECTION_PERIOD_MICROS / 1e6 + 1, 1],
    ],
  );
  assert.deepEqual(
    of(SENSOR.name).map(({ sessions, messages, payload }) => [sessions, messages, payload]),
    [[1, 0, null]],
  );
  book.flush();
  assert.equal(
    of(TRUCK.name).reduce((sum, { messages }) => sum + messages, 0),
    600,
  );
});

test('ConnectionBook keeps what came in one manner apart from the next, but for one that changes all the time', () => {
  const { told, clock, book } = open();
  const first = book.began(TRUCK, MANNER);
  first.message(8, clock.micros, topic);
  book.ended(first, 'lost');
  book.began(TRUCK, { ...MANNER, network: '203.0.113.0/24' }).message(99, clock.micros, topic);
  // Of a session that was resumed the stack is not known: it is no other.
  book.began(TRUCK, { ...MANNER, network: '203.0.113.0/24', stack: null });
  book.flush();
  assert.deepEqual(
    told.map(({ manner, payload, lost, sessions }) => [manner?.network, payload, lost, sessions]),
    [
      ['192.0.2.0/24', 8, 1, 1],
      ['203.0.113.0/24', 99, 0, 2],
    ],
  );
  told.length = 0;
  for (let i = 0; i < 100; i++) book.began(TRUCK, { ...MANNER, keepAlive: i });
  book.flush();
  assert.ok(told.length < 12);
  assert.equal(
    told.reduce((sum, { sessions }) => sum + sessions, 0),
    100,
  );
});

test('ConnectionBook tells of a stack also where its session is resumed before that', () => {
  const { told, book } = open();
  const ended = (manner: Manner): void => book.ended(book.began(TRUCK, manner), 'goodbye');
  ended(MANNER);
  ended({ ...MANNER, stack: 'cd' });
  ended({ ...MANNER, stack: null });
  book.flush();
  // Of a resumed session alone nothing is known, nor of one that came on another way.
  ended({ ...MANNER, stack: null });
  ended({ ...MANNER, network: '203.0.113.0/24', stack: null });
  book.flush();
  assert.deepEqual(
    told.map(({ manner, sessions }) => [manner?.network, manner?.stack, sessions]),
    [
      ['192.0.2.0/24', 'ab', 1],
      ['192.0.2.0/24', 'cd', 2],
      ['192.0.2.0/24', null, 1],
      ['203.0.113.0/24', null, 1],
    ],
  );
});

test('ConnectionBook forgets whom it has not heard of for a day, and not who is connected', () => {
  const { clock, book } = open();
  book.ended(book.began(TRUCK, MANNER), 'goodbye');
  book.began(SENSOR, MANNER);
  book.flush();
  clock.micros += 86_401 * 1e6;
  book.sweep();
  assert.equal(book.size, 1);
});

test('ConnectionBook tells of the prober with each connection that ends', () => {
  const { told, book } = open();
  const prober = { ...TRUCK, name: '_probe', type: '_probe' };
  book.ended(book.began(prober, MANNER), 'goodbye');
  book.ended(book.began(prober, MANNER), 'lost');
  assert.deepEqual(
    told.map(({ goodbyes, lost }) => [goodbyes, lost]),
    [
      [1, 0],
      [0, 1],
    ],
  );
});
