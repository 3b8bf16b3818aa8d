import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sha256Hex } from '#base/crypto/index.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { ADA, ask, openQueryWorld } from './testing.ts';
import type { QueryWorld } from './testing.ts';

let world: QueryWorld;
const cleanUps: (() => Promise<void>)[] = [];
before(async () => {
  world = await openQueryWorld({ after: (step) => cleanUps.unshift(step) });
});
after(async () => {
  for (const step of cleanUps) await step();
});

test('StatementPlanner.missing() is what answers from streams lack, and is said of no other', async () => {
  world.missing.push('readings behind byte 70 of journal file f1 are missing', 'more');
  try {
    const { warning, id } = await world.answerOf(ask('select device from warm'));
    assert.equal(warning, 'readings behind byte 70 of journal file f1 are missing; more');
    const outcome = await eventually(
      () => world.service.outcome(id, ADA.subject),
      (known) => known?.state === 'done',
    );
    assert.deepEqual(outcome?.state === 'done' && outcome.missing, world.missing);
    assert.equal((await world.answerOf(ask('select device from _devices', { purpose: null }))).warning, undefined);
  } finally {
    world.missing.length = 0;
  }
  assert.equal((await world.answerOf(ask('select device from warm'))).warning, undefined);
});

test('StatementPlanner.plan() of an answer with a receipt seals first and reads no tail, and the desk hears what it was', async () => {
  world.tailColumns.length = 0;
  const sql = 'select device, temperature from climate union all select status, 1 from _devices';
  const { text, id } = await world.answerOf(ask(sql, { receipt: true }));
  const [subject, draft] = world.issued.at(-1)!;
  assert.deepEqual([text, world.tailColumns, world.sealed], ['device,temperature\r\nenabled,1\r\n', [], ['climate']]);
  assert.deepEqual([subject, draft.query, draft.actor, draft.purpose], ['ada', id, 'person:ada', 'quality']);
  assert.deepEqual(
    draft.relations.map(({ name, kind, columns }) => [name, kind, columns.map((column) => column.name)]),
    [
      ['climate', 'stream', ['device', 'temperature']],
      ['_devices', 'system', ['device', 'status']],
    ],
  );
  assert.ok((draft.relations[0]?.policies.length ?? 0) > 0);
  const { rows, size, sha256, digest } = draft.result;
  assert.deepEqual([rows, size, sha256], [1, text.length, sha256Hex(text)]);
  assert.equal(digest, sha256Hex('["enabled","1"]\n'));
  assert.deepEqual(draft.decided.length, 2);
  await assert.rejects(world.answerOf(ask(`explain ${sql}`, { receipt: true })), { code: 'QUERY_UNSUPPORTED' });
});
