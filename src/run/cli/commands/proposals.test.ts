import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addProposalCommands } from './proposals.ts';

const DIGEST = `0123456789ab${'cd'.repeat(26)}`;
const PROPOSAL = {
  id: 'one',
  state: 'waiting',
  digest: DIGEST,
  base: 'aa'.repeat(32),
  template: 'bb'.repeat(32),
  changes: [
    { path: 'region', kind: 'changed', before: 'eu', after: 'us', effect: 'weakens', explanation: 'data go elsewhere' },
  ],
  weaknesses: [{ what: 'region', explanation: 'data go elsewhere' }],
  goes: [],
  proposedBy: 'person:a',
  decidedBy: null,
  reason: null,
  created: '2026-01-01T00:00:00Z',
  expires: '2026-01-04T00:00:00Z',
};
const APPLIED = {
  digest: 'bb'.repeat(32),
  changes: PROPOSAL.changes,
  otherClasses: [],
  goes: [],
  weaknesses: [],
  proposal: null,
};

test('weir proposals lists what waits and shows one whole', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/proposals': { proposals: [PROPOSAL] },
    'GET /v1/proposals/one': PROPOSAL,
  });
  const listed = await platform.run(addProposalCommands, 'proposals');
  assert.match(listed.out, /^one +waiting +person:a +1 +1 +2026-01-04T00:00:00Z +0123456789abcdcd$/m);
  const shown = await platform.run(addProposalCommands, 'proposals', 'one');
  for (const part of [
    /proposal one of person:a, waiting/,
    new RegExp(`digest ${DIGEST}`),
    /region +eu +us/,
    /data go elsewhere/,
  ])
    assert.match(shown.out, part);
  assert.match(shown.err, /approve one --digest 0123456789abcdcd/);
});

test('weir approve sends the digest of what was shown, and nothing where another is named', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/proposals/one': PROPOSAL,
    'POST /v1/proposals/one/approve': APPLIED,
  });
  for (const digest of ['0123456789a', '0123456789ac', 'ff'.repeat(32), '']) {
    await assert.rejects(platform.run(addProposalCommands, 'approve', 'one', '--digest', digest), {
      code: 'CLI_PROPOSAL_OTHER',
    });
  }
  assert.ok(platform.heard.every(({ route }) => !route.endsWith('approve')));
  const { out } = await platform.run(addProposalCommands, 'approve', 'one', '--digest', '0123456789AB');
  assert.match(out, /version bbbbbbbbbbbb is in force/);
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), { digest: DIGEST });
});

test('weir approve asks where stored readings go, which proposals shows', async (t) => {
  const goes = [{ stream: 'climate', segments: 3, rows: 70_000 }];
  const platform = await standIn(t, {
    'GET /v1/proposals/one': { ...PROPOSAL, goes },
    'POST /v1/proposals/one/approve': APPLIED,
  });
  assert.match((await platform.run(addProposalCommands, 'proposals', 'one')).out, /^climate +3 +70000$/m);
  const words = ['approve', 'one', '--digest', '0123456789ab'];
  await assert.rejects(platform.run(addProposalCommands, ...words), {
    code: 'CLI_UNCONFIRMED',
    message: /climate +3 +70000/,
  });
  assert.match((await platform.run(addProposalCommands, ...words, '--yes')).out, /is in force/);
});

test('weir reject says why', async (t) => {
  const platform = await standIn(t, { 'POST /v1/proposals/one/reject': { ...PROPOSAL, state: 'rejected' } });
  const { out } = await platform.run(addProposalCommands, 'reject', 'one', '--reason', 'too wide');
  assert.equal(out, 'one is rejected\n');
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), { reason: 'too wide' });
});
