import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addQueryCommand } from './query.ts';

test('weir query sends statement, purpose and parameters, and prints the answer as it comes', async (t) => {
  const platform = await standIn(t, { 'POST /v1/query': { status: 200, type: 'text/csv', text: 'n\r\n1\r\n' } });
  const words = ['--purpose', 'quality', '--format', 'csv', '--parameter', '5', 'true', 'null', 'a b', '[1]'];
  const { out } = await platform.run(addQueryCommand, 'query', 'select 1', ...words);
  assert.equal(out, 'n\r\n1\r\n');
  const [heard] = platform.heard;
  assert.equal(heard?.accept, 'text/csv');
  assert.deepEqual(JSON.parse(heard?.body ?? ''), {
    sql: 'select 1',
    parameters: [5, true, null, 'a b', '[1]'],
    purpose: 'quality',
  });
});

test('weir query says on standard error what an answer lacks', async (t) => {
  const headers = { 'weir-warning': 'readings behind byte 70 of journal file f1 are missing' };
  const platform = await standIn(t, {
    'POST /v1/query': { status: 200, type: 'text/csv', text: 'n\r\n1\r\n', headers },
  });
  const { out, err } = await platform.run(addQueryCommand, 'query', 'select 1', '--format', 'csv');
  assert.equal(out, 'n\r\n1\r\n');
  assert.match(err, /not complete: readings behind byte 70 of journal file f1 are missing/);
});

test('weir query reads a statement from a file, and acts as the person of a token', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a.sql'), 'select 2');
  await writeFile(join(folder, 'token'), 'weir_x\n');
  const platform = await standIn(t, { 'POST /v1/query': { status: 200, type: 'application/json', text: '{}' } });
  await platform.run(
    addQueryCommand,
    'query',
    '--file',
    join(folder, 'a.sql'),
    '--json',
    '--token-file',
    join(folder, 'token'),
  );
  const [heard] = platform.heard;
  assert.deepEqual(
    [heard?.authorization, heard?.accept, heard?.certificate],
    ['Bearer weir_x', 'application/json', false],
  );
});

test('weir query refuses an unknown format and no statement', async (t) => {
  const platform = await standIn(t, {});
  await assert.rejects(platform.run(addQueryCommand, 'query', 'select 1', '--format', 'xml'), { code: 'CLI_USAGE' });
  await assert.rejects(platform.run(addQueryCommand, 'query'), { code: 'CLI_USAGE' });
  assert.deepEqual(platform.heard, []);
});

test('weir views lists views of the template before those of the platform', async (t) => {
  const column = { name: 'level', type: 'DOUBLE', unit: 'm', class: 'operational' };
  const view = (name: string) => ({ name, purposes: ['quality'], columns: [column] });
  const platform = await standIn(t, {
    'GET /v1/views': { views: [view('_devices'), view('water')] },
    'GET /v1/views?purpose=quality': { views: [view('tide')] },
  });
  const { out } = await platform.run(addQueryCommand, 'views');
  assert.match(out, /^water +level +DOUBLE +m +operational +quality\n_devices/m);
  assert.match((await platform.run(addQueryCommand, 'views', '--purpose', 'quality')).out, /^tide +level/m);
  const none = await standIn(t, { 'GET /v1/views': { views: [] }, 'GET /v1/views?purpose=care': { views: [] } });
  assert.match((await none.run(addQueryCommand, 'views')).err, /query nothing here; .*--purpose WORD/);
  assert.match((await none.run(addQueryCommand, 'views', '--purpose', 'care')).err, /query nothing for care$/m);
});

test('weir query says what helps where the noise hides the answer', async (t) => {
  const answer = (budget: string) => ({
    status: 200,
    type: 'text/plain',
    text: 'N\n1\n',
    headers: { 'weir-privacy': budget },
  });
  const hidden = await standIn(t, {
    'POST /v1/query': answer('cost=0.100, left=3.900, epsilon=4.000, delta="1e-6", hidden=1'),
  });
  const words = ['query', 'select avg(x) from shared'];
  assert.match((await hidden.run(addQueryCommand, ...words)).err, /as wide as the answer: .*--epsilon/);
  const told = await standIn(t, { 'POST /v1/query': answer('cost=0.100, left=3.900, epsilon=4.000, delta="1e-6"') });
  assert.doesNotMatch((await told.run(addQueryCommand, ...words)).err, /as wide as/);
});

test('weir query hands on what the platform advises', async (t) => {
  const headers = { 'weir-hint': 'keeper of visits holds tokens' };
  const platform = await standIn(t, { 'POST /v1/query': { status: 200, type: 'text/plain', text: 'N\n', headers } });
  const { out, err } = await platform.run(addQueryCommand, 'query', "select 1 from visits where keeper = 'k1'");
  assert.equal(out, 'N\n');
  assert.match(err, /^weir: keeper of visits holds tokens$/m);
});
