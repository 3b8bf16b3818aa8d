import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { ProposalBook, proposerOf } from './proposal-book.ts';
import type { ProposalActor } from './proposal-book.ts';

const CONTENT = {
  base: 'aa'.repeat(32),
  template: 'bb'.repeat(32),
  changes: [],
  weaknesses: [{ what: 'region', explanation: 'elsewhere' }],
};
const SOURCE = { path: 'weir.yaml', text: 'template: 1', files: {} };
const by = (id: string): ProposalActor => ({
  actor: `person:${id}`,
  subject: { id, kind: 'person', roles: [], standing: 'good', deviceType: null },
});

async function open(t: Cleanable) {
  const { catalogue, keys } = await openKeys(t);
  const events: AuditEvent[] = [];
  const clock = frozenClock();
  const sealer = await keys.rowSealer('people');
  const audit = { append: async (event: AuditEvent) => ({ index: events.push(event) - 1 }) };
  const parts = { catalogue, sealer, audit, clock, random: seededRandom(1) };
  return { parts, events, clock, book: await ProposalBook.open(parts) };
}

test('ProposalBook keeps what waits over a restart, with its source', async (t) => {
  const { book, parts } = await open(t);
  const made = await book.propose(CONTENT, SOURCE, by('a'), hours(1));
  const again = await ProposalBook.open(parts);
  const { proposal, source, proposer } = await again.requireWaiting(made.id, made.digest);
  assert.deepEqual([proposal, source, proposer], [made, SOURCE, by('a')]);
  assert.deepEqual(await again.list(), [made]);
});

test('ProposalBook.propose() covers content, author and time by its digest', async (t) => {
  const { book } = await open(t);
  const one = await book.propose(CONTENT, SOURCE, by('a'), hours(1));
  const other = await book.propose({ ...CONTENT, weaknesses: [] }, SOURCE, by('b'), hours(1));
  const third = await book.propose(CONTENT, SOURCE, by('c'), hours(2));
  assert.equal(new Set([one.digest, other.digest, third.digest]).size, 3);
});

test('ProposalBook.propose() bounds what waits, one for each person and 64 in all', async (t) => {
  const { book, events, clock } = await open(t);
  for (let i = 0; i < 64; i++) await book.propose(CONTENT, SOURCE, by(`p${i}`), hours(1));
  await assert.rejects(book.propose(CONTENT, SOURCE, by('one-more'), hours(1)), { code: 'API_PROPOSAL_BUSY' });
  await book.propose(CONTENT, SOURCE, by('p3'), hours(1));
  assert.ok(events.some(({ action, actor }) => action === 'replace-proposal' && actor === 'person:p3'));
  assert.ok((await book.waiting()) > 1);
  clock.advance(hours(1));
  assert.equal(await book.waiting(), 0);
  await book.propose(CONTENT, SOURCE, by('one-more'), hours(1));
  assert.equal(await book.waiting(), 1);
});

test('ProposalBook.settle() notes what was overtaken, what a crash left open, and what is late', async (t) => {
  const { book, events, clock } = await open(t);
  const ids = [];
  for (const who of ['a', 'b']) ids.push((await book.propose(CONTENT, SOURCE, by(who), hours(1))).id);
  await book.settle(CONTENT.base);
  assert.deepEqual(new Set((await book.list()).map(({ state }) => state)), new Set(['waiting']));
  await book.settle(CONTENT.template);
  const late = await book.propose(CONTENT, SOURCE, by('c'), hours(1));
  await book.settle('cc'.repeat(32));
  const last = await book.propose(CONTENT, SOURCE, by('d'), hours(1));
  clock.advance(hours(1));
  await book.settle(CONTENT.base);
  const states = new Map((await book.list()).map(({ id, state }) => [id, state]));
  assert.deepEqual(
    [...ids, late.id, last.id].map((id) => states.get(id)),
    ['approved', 'approved', 'overtaken', 'expired'],
  );
  assert.deepEqual(
    events.filter(({ actor }) => actor === 'weir:control').map(({ action }) => action),
    ['approve-template', 'approve-template', 'overtake-proposal', 'expire-proposal'],
  );
});

test('proposerOf() is the person behind an agent', () => {
  const { subject } = by('a');
  assert.equal(proposerOf({ actor: 'x', subject: { ...subject, id: 'bot', kind: 'agent', actsFor: subject } }), 'a');
  assert.equal(proposerOf(by('a')), 'a');
});
