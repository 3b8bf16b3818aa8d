import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { parsePayment, paymentDetail, replayPayments } from './payment-log.ts';
import type { LoggedSpending } from './payment-log.ts';

const DONE = { actor: 'person:a', action: 'spend-privacy', resource: 'stream:s', outcome: 'done' } as const;
const at = (event: AuditEvent) => ({ index: 7, time: micros(500), event });
const PERIODS = [10, 20, 30].map((start) => ({ start, finish: start + 10 }));
const PAID = { view: 'v', share: '*', rho: 9, payment: 4 };

test('a payment is read as it was written', () => {
  const read = parsePayment(at({ ...DONE, detail: paymentDetail(PERIODS, PAID) }));
  assert.deepEqual(read, {
    stream: 's',
    share: '*',
    rho: 9,
    first: 10,
    finish: 40,
    periods: 3,
    payment: 4,
    index: 7,
  });
  assert.equal(parsePayment(at({ ...DONE, detail: paymentDetail([], PAID) }))?.periods, 0);
});

test('a payment without a number covers all that it may have read', () => {
  const read = (first: number, periods: number) => {
    const found = parsePayment(at({ ...DONE, detail: { view: 'v', share: '*', nano_rho: 9, periods, first } }));
    return [found?.first, found?.finish, found?.periods, found?.payment];
  };
  assert.deepEqual(read(0, 1), [0, Number.MAX_SAFE_INTEGER, 1, null]);
  assert.deepEqual(read(10, 3), [10, 501, 1, null]);
  assert.deepEqual(read(0, 0), [0, 501, 0, null]);
});

test('what is no payment is none', async () => {
  const detail = paymentDetail(PERIODS, PAID);
  for (const event of [
    { ...DONE, detail, action: 'query' },
    { ...DONE, detail, outcome: 'failed' },
    { ...DONE, detail, resource: 'view:v' },
    { ...DONE },
    { ...DONE, detail: { ...detail, nano_rho: -1 } },
    { ...DONE, detail: { ...detail, first: 'x' } },
  ] as const) {
    assert.equal(parsePayment(at(event)), null, JSON.stringify(event));
  }
  const heard: LoggedSpending[] = [];
  const replay = replayPayments(async (spending) => void heard.push(spending));
  const hold = { ...DONE, action: 'hold-privacy', resource: 'stream:*' };
  replay.take(at({ ...hold, detail: { before: 9 } }));
  replay.take(at({ ...hold, detail: { before: 5 } }));
  replay.take(at({ ...hold, outcome: 'denied', detail: { before: 99 } }));
  await replay.apply();
  assert.deepEqual(heard, [{ payments: [], heldTo: 9 }]);
});
