import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, caller, openQueryWorld } from './testing.ts';
import type { QueryWorld } from './testing.ts';

let world: QueryWorld;
const cleanUps: (() => Promise<void>)[] = [];
before(async () => {
  world = await openQueryWorld({ after: (step) => cleanUps.unshift(step) });
});
after(async () => {
  for (const step of cleanUps) await step();
});

test('StatementAdmission.admit() refuses what is not granted, logs it first, and keeps the statement sealed', async () => {
  const from = world.audit.events.length;
  const sql = "select 'telltale' from no_such_thing";
  await assert.rejects(world.answerOf(ask(sql)), { code: 'QUERY_REFUSED' });
  assert.deepEqual(
    world.entries(from).map(([, resource, , outcome]) => [resource, outcome]),
    [['statement', 'denied']],
  );
  const entry = world.audit.events.findLast(({ action }) => action === 'query');
  assert.doesNotMatch(JSON.stringify(entry), /telltale/);
  assert.equal((await world.statements.find(entry?.digest ?? ''))?.sql, sql);
  await assert.rejects(world.answerOf(ask('select * from climate'), caller('eve')), { code: 'QUERY_REFUSED' });
});

test('StatementAdmission.admit() names the purpose where another one would do', async () => {
  const from = world.audit.events.length;
  await assert.rejects(world.answerOf(ask('select * from climate', { purpose: 'maintenance' })), {
    code: 'QUERY_REFUSED',
    message: /climate is not there for maintenance/,
  });
  assert.equal(world.entries(from)[0]?.[4], 'purpose');
});

test('StatementAdmission.admit() asks for a purpose where there are several, and names them', async () => {
  await assert.rejects(
    world.answerOf(ask('select count(*) from climate', { purpose: null })),
    /climate is there for quality, maintenance, and no purpose was stated/,
  );
});
