import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { DecisionPoint } from '#declare/policy/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openAuditLog, silentLog } from '../../../../test/support/open-audit-log.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { auditReader } from '../control/audit-reader.ts';
import { layoutOf } from '../data-directory.ts';
import { openProver } from './open-prover.ts';
import type { OpenProverParts } from './open-prover.ts';
import { barePlatform } from './testing.ts';

test('openProver() tries consents, regions, copies and private views where there are none', async (t) => {
  const { log: auditLog, directory } = await openAuditLog(t);
  const { keys, identity, custody } = await openTrust(t);
  const none = async function* () {};
  const nothing = { active: async () => [], stored: async () => [], waiting: none, list: none };
  const prover = openProver({
    ...barePlatform(),
    layout: layoutOf(join(directory, '..'), directory),
    auditLog,
    auditReader: auditReader(auditLog),
    custody,
    identity,
    keys,
    templates: { current: makeTemplate(''), since: '2026-01-01T00:00:00Z' },
    log: silentLog,
    status: () => Promise.reject(new Error('nothing runs')),
    segments: nothing,
    objects: nothing,
    places: { find: () => Promise.reject(new Error('there is no place')), problems: [] },
    backups: { trial: async () => [], places: async () => [] },
    transfers: { inForce: () => [] },
    decisions: new DecisionPoint(),
    queries: { relationsOf: async () => new Map() },
    gateway: () => ({ own: async () => false }),
  } as unknown as OpenProverParts);
  const ids = ['consent-is-asked', 'private-views-keep-their-budget', 'backups-are-whole', 'data-stay-in-their-region'];
  const { controls } = await prover.prove({ rows: [], ids }, { actor: 'person:p1' });
  assert.deepEqual(new Map(controls.map(({ id, outcome }) => [id, outcome])), new Map(ids.map((id) => [id, 'not-applicable']))); // prettier-ignore
});
