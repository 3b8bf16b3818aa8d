import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import type { Consent } from './consent.ts';
import { stateOf } from './consent.ts';
import { CONFIRM, purposesDetail, replayConsents, SUSPEND, WITHDRAW } from './consent-log.ts';
import { AT, consentAt, SECOND } from './testing.ts';

async function replayed(before: readonly Consent[], events: readonly AuditEvent[]): Promise<readonly Consent[]> {
  const written: Consent[] = [];
  const replay = replayConsents({ all: () => before, write: async (consents) => void written.push(...consents) });
  events.forEach((event, index) => replay.take({ index, time: micros(AT + SECOND), event }));
  await replay.apply();
  return written;
}

const entry = (action: string, resource: string, detail: AuditEvent['detail'] = {}): AuditEvent => ({
  actor: 'person:p1',
  action,
  resource,
  outcome: 'done',
  detail,
});

test('what the log says was withdrawn is withdrawn, once', async () => {
  const [again] = await replayed([consentAt()], [entry(WITHDRAW, 'consent:c1', purposesDetail(['care', 'research']))]);
  assert.equal(again === undefined ? null : stateOf(again, AT), 'withdrawn');
  assert.deepEqual(
    await replayed([again ?? consentAt()], [entry(WITHDRAW, 'consent:c1', purposesDetail(['care']))]),
    [],
  );
  const refused = { ...entry(WITHDRAW, 'consent:c1', purposesDetail(['care'])), outcome: 'denied' } as const;
  assert.deepEqual(await replayed([consentAt()], [refused]), []);
});

test('what is suspended stays so until it is confirmed, in the order of the log', async () => {
  const suspend = entry(SUSPEND, 'consent:*', { before: AT });
  const confirm = entry(CONFIRM, 'consent:c1');
  assert.equal((await replayed([consentAt()], [confirm, suspend]))[0]?.suspended, true);
  assert.deepEqual(await replayed([consentAt()], [suspend, confirm]), []);
  assert.equal((await replayed([consentAt({ suspended: true })], [confirm]))[0]?.suspended, false);
  assert.deepEqual(await replayed([consentAt({ given: micros(AT + 1) })], [suspend]), [], 'given after the gap');
});

test('purposes fit the members of an entry, whatever their number', async () => {
  const purposes = Array.from({ length: 15 }, (_, n) => `p${String(n).padStart(2, '0')}${'x'.repeat(61)}`);
  const detail = purposesDetail(purposes);
  assert.ok(Object.values(detail).every((line) => line.length <= 512));
  const terms = { ...consentAt().terms, purposes };
  const [again] = await replayed([consentAt({ terms })], [entry(WITHDRAW, 'consent:c1', detail)]);
  assert.deepEqual(again?.events.at(-1)?.purposes, purposes);
});
