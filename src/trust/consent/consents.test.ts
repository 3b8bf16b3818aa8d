import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { isToken } from '#base/crypto/index.ts';
import { stateOf } from './consent.ts';
import type { ConsentChange } from './consent-table.ts';
import type { ConsentRequest } from './consents.ts';
import { AT, openConsents, SECOND } from './testing.ts';

const BY = 'person:p1';
const ask = (subject: string, more: Partial<ConsentRequest> = {}): ConsentRequest => ({
  stream: 'pulse',
  subject,
  purposes: [],
  expires: null,
  notice: null,
  method: null,
  ...more,
});
const of = (subject: string) => ({ kind: 'subject', stream: 'pulse', subject }) as const;

test('a consent is logged by pseudonymous ids, sealed, told, and found by identifier or token', async (t) => {
  const { consents, audit, catalogue } = await openConsents(t);
  const told: ConsentChange[] = [];
  consents.onChange(async (change) => void told.push(structuredClone(change)));
  const { consent, isNew } = await consents.give(ask('ada', { method: 'form' }), BY);
  assert.ok(isNew && isToken(consent.subject));
  assert.deepEqual(consent.terms.recipients, ['nurse']);
  assert.deepEqual(
    consent.terms.fields.map(({ name }) => name),
    ['wearer', 'rate'],
  );
  assert.equal(told[0]?.entries[0]?.subject, consent.subject);
  const logged = JSON.stringify(audit.events.filter(({ action }) => action === 'give-consent'));
  assert.ok(logged.includes(consent.id) && !logged.includes('ada') && !logged.includes(consent.subject));
  const rows = JSON.stringify(await catalogue.all('SELECT * FROM consent_record'), (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
  assert.ok(!rows.includes('ada') && !rows.includes(consent.subject));
  for (const named of ['ada', consent.subject]) {
    assert.deepEqual(await consents.list({ stream: 'pulse', subject: named, limit: 9 }), [consent]);
  }
  assert.equal(consents.covers('pulse', consent.subject), true);
  assert.deepEqual(await consents.give(ask('ada', { method: 'form' }), BY), { consent, isNew: false });
  assert.equal((await consents.give(ask('ada', { method: 'app' }), BY)).isNew, true, 'said in another way');
});

test('give() names the stream that is spelt most like one that is not there', async (t) => {
  const { consents } = await openConsents(t);
  await assert.rejects(consents.give(ask('ada', { stream: 'climat' }), BY), { hint: 'The nearest is climate' });
});

for (const [code, request] of [
  ['CONSENT_STREAM_INVALID', ask('ada', { stream: 'climate' })],
  ['CONSENT_STREAM_INVALID', ask('ada', { stream: 'nowhere' })],
  ['CONSENT_PURPOSE_INVALID', ask('ada', { purposes: ['marketing'] })],
  ['CONSENT_SUBJECT_INVALID', ask('')],
  ['CONSENT_SUBJECT_INVALID', ask('x'.repeat(2_000))],
  ['CONSENT_EXPIRY_INVALID', ask('ada', { expires: AT })],
] as const) {
  test(`give() refuses with ${code} and leaves nothing`, async (t) => {
    const { consents, audit } = await openConsents(t);
    const before = audit.events.length;
    await assert.rejects(consents.give(request, BY), { code });
    assert.equal(audit.events.length, before);
    assert.deepEqual(await consents.list({ limit: 9 }), []);
  });
}

test('a withdrawal names each consent in the log, can be partial, and again is no error', async (t) => {
  const { consents, audit, tick } = await openConsents(t);
  const { consent } = await consents.give(ask('ada'), BY);
  await consents.give(ask('ada', { purposes: ['care'], method: 'app' }), BY);
  tick();
  assert.deepEqual((await consents.withdraw(of('ada'), ['care'], BY)).length, 2);
  assert.deepEqual([...consents.standing('pulse', 'care').subjects], []);
  assert.deepEqual([...consents.standing('pulse', 'research').subjects], [consent.subject]);
  assert.deepEqual(consents.excludedSubjects('pulse', 'care'), [consent.subject]);
  assert.equal(audit.events.filter(({ action }) => action === 'withdraw-consent').length, 2);
  await consents.withdraw(of('ada'), ['care'], BY);
  assert.equal(audit.events.filter(({ action }) => action === 'withdraw-consent').length, 2);
  await consents.withdraw({ kind: 'record', id: consent.id }, null, BY);
  assert.equal(consents.covers('pulse', consent.subject), false);
  await assert.rejects(consents.withdraw(of('bob'), null, BY), { code: 'CONSENT_UNKNOWN' });
  await assert.rejects(consents.withdraw({ kind: 'record', id: 'c9' }, null, BY), { code: 'CONSENT_UNKNOWN' });
});

test('without the log nothing is given and nothing withdrawn', async (t) => {
  const { consents, audit, restart } = await openConsents(t);
  const { consent } = await consents.give(ask('ada'), BY);
  audit.broken = true;
  await assert.rejects(consents.give(ask('bob'), BY), { code: 'AUDIT_LOG_UNAVAILABLE' });
  await assert.rejects(consents.withdraw(of('ada'), null, BY), { code: 'AUDIT_LOG_UNAVAILABLE' });
  audit.broken = false;
  assert.deepEqual(
    (await (await restart()).list({ limit: 9 })).map(({ id }) => id),
    [consent.id],
  );
});

test('a crash between the log and the rows is made good at the next start', async (t) => {
  const { consents, catalogue, restart } = await openConsents(t);
  const { consent } = await consents.give(ask('ada'), BY);
  const whole = catalogue.transaction.bind(catalogue);
  catalogue.transaction = () => Promise.reject(new Error('the disk went away'));
  await assert.rejects(consents.withdraw(of('ada'), null, BY), /went away/);
  assert.equal(consents.covers('pulse', consent.subject), false, 'it counts all the same');
  assert.ok(consents.changes.isOpen, 'so that the next start reads it in the log');
  catalogue.transaction = whole;
  const again = await restart();
  assert.equal(stateOf(again.find(consent.id), AT), 'withdrawn');
});

test('a consent that could not be stored is not told to anybody', async (t) => {
  const { consents, catalogue, restart } = await openConsents(t);
  const told: ConsentChange[] = [];
  consents.onChange(async (change) => void told.push(change));
  const whole = catalogue.transaction.bind(catalogue);
  catalogue.transaction = () => Promise.reject(new Error('the disk went away'));
  await assert.rejects(consents.give(ask('ada'), BY), /went away/);
  catalogue.transaction = whole;
  assert.deepEqual(told, []);
  assert.deepEqual(await (await restart()).list({ limit: 9 }), []);
});

test('no older copy of the rows brings back what was withdrawn, whatever the moment of the copy', async (t) => {
  const { consents, catalogue, restart, tick } = await openConsents(t);
  const copies: (readonly Record<string, unknown>[])[] = [];
  const step = async (change: () => Promise<unknown>): Promise<void> => {
    tick();
    await change();
    copies.push(await catalogue.all('SELECT * FROM consent_record'));
  };
  await step(() => consents.give(ask('ada'), BY));
  await step(() => consents.give(ask('bob'), BY));
  await step(() => consents.withdraw(of('ada'), ['care'], BY));
  await step(() => consents.withdraw(of('ada'), null, BY));
  await step(() => consents.give(ask('ada', { method: 'anew' }), BY));
  await step(() => consents.withdraw(of('bob'), ['research'], BY));
  await step(() => consents.withdraw(of('ada'), null, BY));
  for (const rows of copies) {
    await catalogue.run('DELETE FROM consent_record');
    for (const row of rows) {
      const columns = Object.keys(row);
      const places = columns.map(() => '?').join(', ');
      await catalogue.run(
        `INSERT INTO consent_record (${columns.join(', ')}) VALUES (${places})`,
        Object.values(row) as never,
      );
    }
    const again = await restart();
    for (const purpose of ['care', 'research']) {
      const standing = again.standing('pulse', purpose).subjects;
      assert.ok(standing.length <= 1, 'ada stands for nothing');
      for (const consent of await again.list({ stream: 'pulse', subject: 'ada', limit: 9 })) {
        assert.ok(!standing.includes(consent.subject));
      }
    }
    assert.deepEqual([...again.standing('pulse', 'research').subjects], []);
  }
});

test('a gap in the log suspends what was given before, until it is confirmed', async (t) => {
  const { consents, clock, restart, tick } = await openConsents(t);
  const { consent } = await consents.give(ask('ada'), BY);
  const { consent: other } = await consents.give(ask('bob'), BY);
  tick();
  const gap = { from: 3, to: 9, knownBy: 'witness', end: clock.now(), found: clock.now() } as const;
  assert.equal(await consents.suspend(gap), 2);
  assert.equal(await consents.suspend(gap), 0);
  assert.equal(consents.covers('pulse', consent.subject), false);
  assert.equal(consents.suspended, 2);
  tick();
  await consents.give(ask('eve'), BY);
  await assert.rejects(consents.confirm({ kind: 'record', id: 'c9' }, BY), { code: 'CONSENT_UNKNOWN' });
  assert.equal(await consents.confirm({ kind: 'record', id: consent.id }, BY), 1);
  await assert.rejects(consents.confirm({ kind: 'record', id: consent.id }, BY), { code: 'CONSENT_CONFIRM_INVALID' });
  const again = await restart();
  assert.equal(again.covers('pulse', consent.subject), true);
  assert.equal(again.covers('pulse', other.subject), false);
  assert.equal(again.standing('pulse', 'care').subjects.length, 2);
  assert.equal(await again.confirm({ kind: 'stream', stream: 'pulse' }, BY), 1);
});

test('two at once: both have their effect, in one order', async (t) => {
  const { consents } = await openConsents(t);
  const [first, second] = await Promise.all([consents.give(ask('ada'), BY), consents.give(ask('ada'), BY)]);
  assert.equal(first.consent.id, second.consent.id);
  await Promise.all([consents.withdraw(of('ada'), null, BY), consents.withdraw(of('ada'), null, BY)]);
  assert.equal(consents.find(first.consent.id).events.length, 2);
});

test('a consent ends by itself', async (t) => {
  const { consents, tick } = await openConsents(t);
  const { consent } = await consents.give(ask('ada', { expires: micros(AT + SECOND) }), BY);
  assert.equal(consents.covers('pulse', consent.subject), true);
  assert.deepEqual(consents.snapshot().entries[0]?.until.length, 2);
  tick();
  assert.equal(consents.covers('pulse', consent.subject), false);
  assert.deepEqual([...consents.standing('pulse', 'care').subjects], []);
  assert.deepEqual(consents.excludedSubjects('pulse', 'care'), [consent.subject]);
  assert.deepEqual((await consents.list({ state: 'expired', limit: 9 })).length, 1);
});
