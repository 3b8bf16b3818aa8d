import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { DecisionPoint } from '#declare/policy/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import type { Caller } from '../api/caller.ts';
import { ReleaseDesk } from './release-desk.ts';
import type { ReleaseQuery } from './release-desk.ts';

const YAML = `
devices: { d: {} }
streams: { s: { from: d, fields: { a: { type: number }, b: { type: text } } } }
people:
  scientist: { query: [s], may: [export] }
  reader: { query: [s] }
  keeper: { query: [], may: [approve] }
`;
const SHAPE = { view: 's', columns: ['a'], quasi: ['b'], sensitive: [], person: null, k: 5, l: 2 };

const caller = (id: string, role = 'scientist'): Caller => ({
  subject: { id, kind: 'person', roles: [role], standing: 'good', deviceType: null },
  actor: `person:${id}`,
  peer: { kind: 'none', name: null, serial: null, address: '', listener: 'api' },
});

async function open(t: Cleanable, { left = 80, approval = '', leaving = SHAPE.columns } = {}) {
  const { catalogue, keys, audit } = await openKeys(t);
  const template = makeTemplate(YAML + approval);
  const asked: ReleaseQuery[] = [];
  const groups = (which: string, rows: number) =>
    JSON.stringify({ which, rows, groups: 1, k: 5, l: null, unique: 0, greatest: 0.2, mean: 0.2 });
  const desk = await ReleaseDesk.open({
    catalogue,
    sealer: await keys.rowSealer('people'),
    audit,
    clock: frozenClock(),
    random: seededRandom(1),
    decisions: new DecisionPoint(),
    template: () => template,
    queries: {
      exportedColumns: async () => leaving,
      run: async (_caller, request) => {
        asked.push(request);
        const text = `${groups('before', 100)}\n${groups('after', left)}\n`;
        return { contentType: '', parts: Readable.from([Buffer.from(text)]), headers: {} };
      },
    },
  });
  const take = (as: Caller, id: string) => desk.export(as, id, 'csv', new AbortController().signal);
  return { desk, audit, asked, take };
}

test('ReleaseDesk weighs a release before it is taken, by who asked alone', async (t) => {
  const { desk, audit, asked, take } = await open(t);
  const release = await desk.ask(caller('ada'), SHAPE, null);
  assert.deepEqual([release.state, release.risk.suppressed], ['allowed', 20]);
  await assert.rejects(take(caller('bob'), release.id), { code: 'API_RELEASE_UNKNOWN' });
  await take(caller('ada'), release.id);
  assert.match(asked.at(-1)?.sql ?? '', /JOIN g ON .* WHERE g\.p >= 5/);
  assert.deepEqual(
    audit.events
      .filter(({ resource }) => resource === `release:${release.id}`)
      .map(({ action, outcome }) => [action, outcome]),
    [
      ['ask-release', 'allowed'],
      ['export', 'allowed'],
    ],
  );
  assert.deepEqual(
    (await desk.list('ada', false)).map(({ id }) => id),
    [release.id],
  );
  assert.deepEqual(await desk.list('bob', false), []);
});

test('ReleaseDesk lets out nothing that is not granted, too small or empty', async (t) => {
  const { desk, take } = await open(t, { left: 0 });
  await assert.rejects(desk.ask(caller('eve', 'reader'), SHAPE, null), { code: 'POLICY_DENIED' });
  for (const wrong of [{ k: 4 }, { quasi: [] }, { columns: [] }, { l: 0 }])
    await assert.rejects(desk.ask(caller('ada'), { ...SHAPE, ...wrong }, null), { code: 'API_RELEASE_INVALID' });
  const { id, state } = await desk.ask(caller('ada'), SHAPE, null);
  assert.equal(state, 'refused');
  await assert.rejects(take(caller('ada'), id), { code: 'API_RELEASE_CONFLICT' });
});

test('ReleaseDesk waits for a second person where the template has an approval', async (t) => {
  const { desk, take } = await open(t, { approval: 'approval: {}\n' });
  const { id, state } = await desk.ask(caller('ada'), SHAPE, null);
  assert.equal(state, 'waiting');
  await assert.rejects(take(caller('ada'), id), { code: 'API_RELEASE_CONFLICT' });
  assert.equal(await desk.askerOf(id), 'ada');
  assert.equal((await desk.approve(id, caller('bob'))).approvedBy, 'person:bob');
  await take(caller('ada'), id);
  await assert.rejects(desk.approve(id, caller('bob')), { code: 'API_RELEASE_CONFLICT' });
});

test('ReleaseDesk lets no column out whose class stays', async (t) => {
  const { desk, asked } = await open(t, { leaving: SHAPE.columns.slice(1) });
  await assert.rejects(desk.ask(caller('ada'), SHAPE, null), (error: Error) => {
    assert.match(error.message, new RegExp(`${SHAPE.columns[0]} may not be taken out`));
    return true;
  });
  assert.equal(asked.length, 0);
});
