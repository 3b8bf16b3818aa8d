import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addTransferCommand } from './transfer.ts';

const TRANSFER = {
  id: 't1',
  from: 'eu',
  to: 'us',
  mechanism: 'standard-clauses',
  document: 'clauses of 2026',
  expires: '2027-01-01T00:00:00Z',
  recorded: '2026-01-01T00:00:00Z',
  ended: null,
};

test('weir transfer record, list and end', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/transfers': TRANSFER,
    'GET /v1/transfers': { transfers: [TRANSFER] },
    'POST /v1/transfers/t1/end': { id: 't1' },
  });
  const { mechanism, document, expires } = TRANSFER;
  const words = ['--from', 'eu', '--to', 'us', '--mechanism', mechanism, '--document', document, '--until', expires];
  const made = await platform.run(addTransferCommand, 'transfer', 'record', ...words);
  assert.match(made.out, /^t1 lets data of eu be given to us until 2027/);
  assert.deepEqual(JSON.parse(platform.heard[0]?.body ?? ''), { from: 'eu', to: 'us', mechanism, document, expires });
  assert.match((await platform.run(addTransferCommand, 'transfer', 'list')).out, /^t1 +eu +us +standard-clauses/m);
  assert.equal((await platform.run(addTransferCommand, 'transfer', 'end', 't1')).out, 't1 is ended\n');
});

test('weir transfer list says where nothing is recorded', async (t) => {
  const platform = await standIn(t, { 'GET /v1/transfers': { transfers: [] } });
  assert.match((await platform.run(addTransferCommand, 'transfer', 'list')).out, /data stay in their regions/);
});
