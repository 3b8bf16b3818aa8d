import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../../../../test/support/eventually.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { ADA, ask, caller, openQueryWorld, TEMPLATE, YAML } from './testing.ts';
import { TEMPLATE_READER } from './condition-reader.ts';
import { QueryPool } from './query-pool.ts';
import type { Caller } from '../api/caller.ts';
import type { QueryWorld } from './testing.ts';

let world: QueryWorld;
const cleanUps: (() => Promise<void>)[] = [];
before(async () => {
  world = await openQueryWorld({ after: (step) => cleanUps.unshift(step) });
});
after(async () => {
  for (const step of cleanUps) await step();
});

test('QueryService.run() answers from the tail and from memory, and logs each relation before', async () => {
  const from = world.audit.events.length;
  world.tailColumns.length = 0;
  const { text } = await world.answerOf(ask('select temperature from climate order by 1'));
  assert.deepEqual(text.trim().split(/\r?\n/), ['temperature', '10', '30']);
  assert.deepEqual(world.entries(from), [['person:ada', 'view:climate', 'quality', 'allowed', undefined]]);
  assert.deepEqual(world.tailColumns, [['temperature']]);
  const devices = await world.answerOf(ask('select device from _devices', { purpose: null }));
  assert.match(devices.text, /truck-1/);
});

test('QueryService.run() answers from views with parameters', async () => {
  const { text } = await world.answerOf(ask('select device from warm where temperature < $1', { parameters: [99] }));
  assert.deepEqual(text.trim().split(/\r?\n/), ['device', 'b']);
});

test('QueryService.run() tells what became of a statement to the one who ran it', async () => {
  const { id } = await world.answerOf(ask('select temperature from climate'));
  const outcome = await eventually(
    () => world.service.outcome(id, ADA.subject),
    (known) => known?.state === 'done',
  );
  assert.ok(outcome?.state === 'done');
  assert.equal(outcome.rows, 2);
  assert.equal(world.service.outcome(id, caller('eve', 'scientist').subject), null);
});

test('QueryService.run() answers nothing that cannot be logged', async () => {
  world.audit.broken = true;
  try {
    await assert.rejects(world.answerOf(ask('select temperature from climate')), /log cannot be written/);
    const never = 'select count(*) from range(10000000) a, range(10000000) b where hash(a.range + b.range) = 1';
    await assert.rejects(world.answerOf(ask(never, { purpose: null })), /log cannot be written/);
  } finally {
    world.audit.broken = false;
  }
});

test('QueryService.run() gives no part of an answer, nor what went wrong, before the entry is durable', async () => {
  for (const sql of ['select temperature from climate', 'select error(device) from climate']) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const from = world.audit.events.length;
    world.audit.held = promise;
    let told = false;
    const answer = world.answerOf(ask(sql)).finally(() => (told = true));
    answer.catch(() => undefined);
    await new Promise((wait) => setTimeout(wait, 500));
    world.audit.held = null;
    assert.deepEqual([told, world.entries(from)], [false, []], sql);
    resolve();
    await answer.catch((error: unknown) => assert.equal((error as { code?: string }).code, 'QUERY_FAILED'));
    assert.equal(world.entries(from).length, 1);
  }
});

test('QueryService.run() names the column that was meant', async () => {
  await assert.rejects(world.answerOf(ask('select temprature from climate')), {
    code: 'QUERY_FAILED',
    hint: 'did you mean temperature (of climate)? DESCRIBE climate shows its columns',
  });
});

test('QueryService.describe() gives each subject its own relations', async () => {
  const names = async (as: Caller): Promise<string[]> =>
    ((await world.service.describe(as, 'quality')) as { name: string }[]).map(({ name }) => name).sort();
  assert.deepEqual(await names(ADA), ['_devices', 'climate', 'warm']);
  assert.deepEqual(await names(caller('eve')), []);
});

test('QueryService.describe() lends nobody a query process', async (t) => {
  const use = t.mock.method(QueryPool.prototype, 'use');
  await world.service.describe(caller('cleo', 'scientist'), 'quality');
  assert.equal(use.mock.callCount(), 0);
});

test('QueryService.describe() has a condition on rows read once, by a process of the platform alone', async (t) => {
  const local = '  local: { query: [climate], rows: { climate: "device <> \'a\'" }, purposes: [quality] }\n';
  const files = { 'warm.sql': 'select device, temperature from climate where temperature > 20' };
  const own = await openQueryWorld(t, makeTemplate(`${YAML}${local}`, files));
  const leo = caller('leo', 'local');
  const use = t.mock.method(QueryPool.prototype, 'use');
  const describe = async () => (await own.service.describe(leo, 'quality')) as { rowsFiltered: boolean }[];
  assert.deepEqual(
    [...(await describe()), ...(await describe())].map(({ rowsFiltered }) => rowsFiltered),
    [true, true],
  );
  assert.deepEqual(
    use.mock.calls.map(({ arguments: [subject] }) => subject),
    [TEMPLATE_READER],
  );
  const { text } = await own.answerOf(ask('select device from climate'), leo);
  assert.deepEqual(text.trim().split(/\r?\n/), ['device', 'b']);
});

test('QueryService.check() refuses a template whose view does not pass, and what runs stays', async () => {
  const broken = makeTemplate(YAML, { 'warm.sql': 'select device, temprature from climate' });
  await assert.rejects(world.service.check(broken), {
    code: 'SERVER_TEMPLATE_INVALID',
    message: /views\.warm: .*temprature/,
  });
  assert.match((await world.answerOf(ask('select device from warm'))).text, /b/);
});

test('QueryService.check() lends no query process where a template has no views', async (t) => {
  const use = t.mock.method(QueryPool.prototype, 'use');
  await world.service.check(makeTemplate(YAML.replace(/^views:.*\n/m, '').replace(' warm,', '')));
  assert.equal(use.mock.callCount(), 0);
  await world.service.check(TEMPLATE);
  assert.ok(use.mock.callCount() > 0);
});
