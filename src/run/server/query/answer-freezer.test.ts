import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ADA, openQueryWorld } from './testing.ts';
import type { QueryWorld } from './testing.ts';

let world: QueryWorld;
const cleanUps: (() => Promise<void>)[] = [];
before(async () => {
  world = await openQueryWorld({ after: (step) => cleanUps.unshift(step) });
});
after(async () => {
  for (const step of cleanUps) await step();
});

test('AnswerFreezer.freeze() keeps nothing where rows of somebody came to be withheld since it was decided', async (t) => {
  const asked = { sql: 'select temperature from climate', parameters: [], purpose: 'quality' };
  const signal = new AbortController().signal;
  const freeze = (meanwhile: () => void) => world.service.freeze(ADA, asked, async () => meanwhile(), signal);
  const refused = { code: 'QUERY_REFUSED', message: /whose rows may be shown has changed/ };
  const frozen = await freeze(() => undefined);
  assert.equal(frozen.content.rows, 0);
  frozen.requireCurrent();
  world.changeWithheld();
  assert.throws(() => frozen.requireCurrent(), refused, 'before it was kept');
  await assert.rejects(freeze(world.changeWithheld), refused, 'while it was read');
  const append = world.audit.append.bind(world.audit);
  t.mock.method(world.audit, 'append', (event: Parameters<typeof append>[0]) => {
    world.changeWithheld();
    return append(event);
  });
  await assert.rejects(
    freeze(() => undefined),
    refused,
    'while it was logged',
  );
});
