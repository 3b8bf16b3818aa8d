import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { CONTROLS } from '#assure/controls/index.ts';
import type { TestContext } from 'node:test';
import { hasCode, seconds, systemClock } from '#base/core/index.ts';
import { verifyEvidence } from '#assure/controls/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openAuditLog, silentLog } from '../../../../test/support/open-audit-log.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { auditReader } from '../control/audit-reader.ts';
import { layoutOf } from '../data-directory.ts';
import { Prover } from './prover.ts';
import type { ProverParts } from './prover.ts';
import { barePlatform } from './testing.ts';

/** A prover whose platform does not run: nothing listens at its addresses. */
async function makeProver(t: TestContext, parts: Partial<ProverParts> = {}) {
  const { log: auditLog, directory } = await openAuditLog(t);
  const trust = await openTrust(t);
  const { keys, identity, custody } = trust;
  const prover = new Prover({
    ...barePlatform(),
    layout: layoutOf(join(directory, '..'), directory),
    audit: auditLog,
    auditLog,
    auditReader: auditReader(auditLog),
    custody,
    identity,
    keys,
    templates: { current: makeTemplate(''), since: '2026-01-01T00:00:00Z' },
    log: silentLog,
    status: () => Promise.reject(new Error('nothing runs')),
    ...parts,
  });
  return { prover, auditLog, trust };
}

const BY = { actor: 'person:p1' };
const only = (...ids: string[]) => ({ rows: [], ids });

test('prove() reports a platform that does not answer as failures, and still signs', async (t) => {
  const { prover } = await makeProver(t);
  const { controls, bundle } = await prover.prove(only('tls-is-modern', 'both-doors-lead-in'), BY);
  assert.deepEqual(
    controls.map(({ outcome }) => outcome),
    ['fail', 'fail'],
  );
  const ended = controls.map(({ row, id, outcome }) => ({ row, id, outcome }));
  const { begun: _begun, ...progress } = prover.progress();
  assert.deepEqual(progress, { running: false, brokeOff: false, of: 2, ended });
  const evidence = verifyEvidence(bundle, await prover.verifierKeys());
  assert.deepEqual(evidence.controls, controls);
  assert.equal(await prover.lastBundle(), bundle);
  assert.equal(evidence.by, BY.actor);
  assert.ok(evidence.log.size > 0 && evidence.log.checkpoint.startsWith('weir.example/log\n'));
});

test('prove() puts its begin, each control, its end and new keys into the log', async (t) => {
  const { prover, auditLog, trust } = await makeProver(t);
  await prover.prove(only('log-is-verifiable', 'requirements-exist'), BY);
  await auditLog.flush();
  const entries = await auditReader(auditLog).entries(0, 100);
  const seen = entries.map(({ event }) =>
    `${event.actor} ${event.action} ${event.resource} ${event.reason ?? ''}`.trim(),
  );
  assert.deepEqual(
    seen.filter((line) => /prove|control|evidence/.test(line)).map((line) => line.replace(/\+[0-9a-f]{8}/, '')),
    [
      'person:p1 begin-prove platform:*',
      'person:p1 try-control control:log-is-verifiable pass',
      'person:p1 try-control control:requirements-exist pass',
      ...Array.from(
        { length: 2 },
        () => `weir:prover make-evidence-key key:weir/${trust.identity.deployment}/evidence`,
      ),
      'person:p1 end-prove platform:*',
    ],
  );
  const end = entries.findLast(({ event }) => event.action === 'end-prove');
  assert.deepEqual(end?.event.detail, { pass: 2, fail: 0, notApplicable: 0 });
});

test('prove() runs once at a time and not again within ten seconds', async (t) => {
  const clock = frozenClock();
  const { prover } = await makeProver(t, {
    clock: { now: () => systemClock.now(), monotonicMs: () => clock.monotonicMs() },
  });
  const busy = (error: unknown): boolean => hasCode(error, 'API_PROVE_BUSY');
  const first = prover.prove(only('requirements-exist'), BY);
  assert.equal(prover.progress().running, true);
  const { begun } = prover.progress();
  await assert.rejects(prover.prove(only('requirements-exist'), BY), (error: Error) => {
    assert.ok(error.message.includes(`under way since ${begun}, 0 of 1 controls have ended`), error.message);
    return busy(error);
  });
  assert.deepEqual(prover.progress(), { running: true, begun, brokeOff: false, of: 1, ended: [] });
  await first;
  assert.deepEqual(
    [prover.progress().running, prover.progress().begun, prover.progress().ended.length],
    [false, begun, 1],
  );
  await assert.rejects(prover.prove(only('requirements-exist'), BY), busy);
  clock.advance(seconds(10));
  await prover.prove(only('requirements-exist'), BY);
});

test('prove() refuses what names no control, and counts it as no run', async (t) => {
  const { prover } = await makeProver(t);
  const invalid = (error: unknown): boolean => hasCode(error, 'API_BODY_INVALID');
  await assert.rejects(prover.prove(only('no-such-control'), BY), invalid);
  const taken = new Set(CONTROLS.map(({ row }) => row));
  const rows = Array.from({ length: 98 }, (_, at) => at + 1).filter((row) => !taken.has(row));
  assert.ok(rows.length > 0, 'no row is left without a control');
  await assert.rejects(prover.prove({ rows: rows.slice(0, 1), ids: [] }, BY), invalid);
  await prover.prove(only('requirements-exist'), BY);
});

test('prove() that breaks off says so until the next run, and keeps the evidence of before', async (t) => {
  let broken = false;
  const clock = frozenClock();
  const { auditLog } = await makeProver(t);
  const { prover } = await makeProver(t, {
    clock: { now: () => systemClock.now(), monotonicMs: () => clock.monotonicMs() },
    audit: {
      append: (event) =>
        broken && event.action === 'end-prove' ? Promise.reject(new Error('no room')) : auditLog.append(event),
    },
  });
  const run = () => prover.prove(only('requirements-exist'), BY);
  const { bundle } = await run();
  broken = true;
  clock.advance(seconds(10));
  await assert.rejects(run(), /no room/);
  assert.deepEqual([prover.progress().running, prover.progress().brokeOff], [false, true]);
  assert.equal(await prover.lastBundle(), bundle);
  broken = false;
  clock.advance(seconds(10));
  await run();
  assert.equal(prover.progress().brokeOff, false);
});

test('prove() gives its evidence although it cannot be kept', async (t) => {
  const layout = layoutOf(join(await temporaryFolder(t), 'not there'));
  const { prover } = await makeProver(t, { layout });
  const { bundle } = await prover.prove(only('requirements-exist'), BY);
  assert.equal(verifyEvidence(bundle, await prover.verifierKeys()).controls.length, 1);
  assert.equal(await prover.lastBundle(), null);
});

test('verifierKeys() are the same after a restart', async (t) => {
  const { prover, trust, auditLog } = await makeProver(t);
  const keys = await prover.verifierKeys();
  const again = await makeProver(t, { custody: trust.custody, identity: trust.identity, audit: auditLog });
  assert.deepEqual(await again.prover.verifierKeys(), keys);
});
