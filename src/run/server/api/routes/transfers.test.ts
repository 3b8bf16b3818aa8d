import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRANSFER_ROUTES } from './transfers.ts';

const TRANSFER = {
  id: 't1',
  from: 'eu',
  to: 'us',
  mechanism: 'adequacy',
  document: 'decision 2023/1795',
  expires: 2e15,
  recorded: 1e15,
  ended: null,
} as const;

test('transfers are recorded with the time until which they count, and shown in words', async () => {
  const asked: unknown[] = [];
  const transfers = {
    list: () => [TRANSFER],
    record: async (actor: string, request: unknown) => {
      asked.push([actor, request]);
      return TRANSFER;
    },
    end: async (actor: string, id: string) => void asked.push([actor, id]),
  };
  const call = (at: number, request: object) =>
    TRANSFER_ROUTES[at]?.handle(request as never, { transfers } as never) as Promise<{ json: unknown }>;
  const shown = { ...TRANSFER, expires: '2033-05-18T03:33:20Z', recorded: '2001-09-09T01:46:40Z' };
  assert.deepEqual((await call(0, {})).json, { transfers: [shown] });
  const body = { from: 'eu', to: 'us', mechanism: 'adequacy', document: 'd', expires: '2033-05-18T03:33:20Z' };
  assert.deepEqual((await call(1, { body, caller: { actor: 'person:a' } })).json, shown);
  await call(2, { params: { id: 't1' }, caller: { actor: 'person:a' } });
  assert.deepEqual(asked, [
    ['person:a', { from: 'eu', to: 'us', mechanism: 'adequacy', document: 'd', expires: 2e15 }],
    ['person:a', 't1'],
  ]);
});
