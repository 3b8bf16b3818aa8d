import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minutes } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';

const BY = 'person:p1';
const RIGHT = 'nine quiet herons';
const HERE = '192.0.2.0/24';

test('verify() knows the password of an account, over restarts, and no other', async (t) => {
  const { identity, reopenIdentity, catalogue } = await openTrust(t);
  const { person } = await identity.people.add('ada', ['scientist'], BY);
  await identity.signIn.passwords.set(person.id, RIGHT, BY);
  const { passwords } = (await reopenIdentity()).signIn;
  assert.deepEqual(await passwords.verify('ada', RIGHT, HERE), { outcome: 'ok', person });
  for (const wrong of ['', 'nine quiet heron', `${RIGHT} `, RIGHT.toUpperCase(), 'x'.repeat(10_000)]) {
    assert.equal((await passwords.verify('ada', wrong, HERE)).outcome, 'wrong');
  }
  const [row = {}] = await catalogue.all('SELECT * FROM signin_password');
  assert.ok(!JSON.stringify(row).includes(RIGHT));
});

test('verify() takes no password that was replaced while it was worked out', async (t) => {
  const { identity, catalogue } = await openTrust(t);
  const { passwords } = identity.signIn;
  const { person } = await identity.people.add('ada', ['scientist'], BY);
  await passwords.set(person.id, RIGHT, BY);
  const all = catalogue.all.bind(catalogue);
  let replaced = false;
  catalogue.all = async (sql, parameters) => {
    const rows = await all(sql, parameters);
    if (!replaced && sql.includes('signin_password')) {
      replaced = true;
      await passwords.set(person.id, `${RIGHT} more`, BY);
    }
    return rows;
  };
  assert.equal((await passwords.verify('ada', RIGHT, HERE)).outcome, 'wrong');
  assert.ok(replaced);
  assert.equal((await passwords.verify('ada', `${RIGHT} more`, HERE)).outcome, 'ok');
});

test('verify() takes a password however it was composed', async (t) => {
  const { identity } = await openTrust(t);
  const { person } = await identity.people.add('ada', ['scientist'], BY);
  await identity.signIn.passwords.set(person.id, 'neuf hérons très calmes'.normalize('NFD'), BY);
  const typed = 'neuf hérons très calmes'.normalize('NFC');
  assert.equal((await identity.signIn.passwords.verify('ada', typed, HERE)).outcome, 'ok');
});

test('verify() makes the same work of a name that nobody has, and of an account without password', async (t) => {
  const { identity } = await openTrust(t);
  const { people, signIn } = identity;
  await people.add('bob', ['scientist'], BY);
  const { person } = await people.add('ada', ['scientist'], BY);
  await signIn.passwords.set(person.id, RIGHT, BY);
  assert.equal((await signIn.passwords.verify('nobody', RIGHT, HERE)).outcome, 'unknown');
  assert.equal((await signIn.passwords.verify('bob', RIGHT, HERE)).outcome, 'unknown');
  await people.disable(person.id, BY);
  // Only who knows the password learns even in the log that it is disabled.
  assert.equal((await signIn.passwords.verify('ada', 'some other words', HERE)).outcome, 'wrong');
  assert.equal((await signIn.passwords.verify('ada', RIGHT, HERE)).outcome, 'disabled');
});

test('verify() bounds attempts at an account from everywhere, whether somebody has it or not', async (t) => {
  const clock = frozenClock();
  const { identity } = await openTrust(t, { clock });
  const { passwords } = identity.signIn;
  const { person } = await identity.people.add('ada', ['scientist'], BY);
  await passwords.set(person.id, RIGHT, BY);
  for (const [name, outcome] of [
    ['ada', 'wrong'],
    ['nobody', 'unknown'],
  ] as const) {
    for (let i = 0; i < 10; i++) {
      assert.equal((await passwords.verify(name, 'some other words', `10.${i}.0.0/24`)).outcome, outcome);
    }
    assert.equal((await passwords.verify(name, RIGHT, '10.99.0.0/24')).outcome, 'limited');
  }
  clock.advance(minutes(1));
  assert.equal((await passwords.verify('ada', RIGHT, '10.99.0.0/24')).outcome, 'ok');
});

test('verify() bounds attempts from one address, at whatever account', async (t) => {
  const clock = frozenClock();
  const { identity } = await openTrust(t, { clock });
  const { passwords } = identity.signIn;
  for (let i = 0; i < 30; i++) assert.equal((await passwords.verify(`u${i}`, 'x', HERE)).outcome, 'unknown');
  assert.equal((await passwords.verify('ada', RIGHT, HERE)).outcome, 'limited');
  assert.equal((await passwords.verify('ada', RIGHT, '198.51.100.0/24')).outcome, 'unknown');
});

test('verify() works on two at once, lets a few wait, and refuses the rest', async (t) => {
  const { identity } = await openTrust(t);
  const asked = Array.from({ length: 24 }, (_, i) => identity.signIn.passwords.verify(`u${i}`, 'x', `10.0.${i}.0/24`));
  const outcomes = (await Promise.all(asked)).map(({ outcome }) => outcome);
  assert.deepEqual(
    [
      outcomes.filter((outcome) => outcome === 'unknown').length,
      outcomes.filter((outcome) => outcome === 'busy').length,
    ],
    [18, 6],
  );
  assert.equal((await identity.signIn.passwords.verify('u', 'x', HERE)).outcome, 'unknown');
});

test('set() refuses what is easily guessed, and who has no password', async (t) => {
  const { identity } = await openTrust(t);
  const { people, signIn } = identity;
  const { person } = await people.add('marguerite', ['scientist'], BY);
  for (const weak of ['', 'fourteen chars', 'aaaaaaaaaaaaaaaaaaaa', 'Marguerite-Marguerite', 'x'.repeat(257)]) {
    await assert.rejects(signIn.passwords.set(person.id, weak, BY), { code: 'IDENTITY_PASSWORD_INVALID' }, weak);
  }
  const service = await people.create('service', 'loader', ['keeper'], BY);
  const operator = await people.findByName('operator');
  const foreign = await people.ofIssuer('person', 'corp', 'ada');
  for (const id of [service.id, operator?.id ?? '', foreign.id]) {
    await assert.rejects(signIn.passwords.set(id, RIGHT, BY), { code: 'IDENTITY_PERSON_INVALID' });
  }
  assert.equal((await signIn.passwords.verify('marguerite', 'aaaaaaaaaaaaaaaaaaaa', HERE)).outcome, 'unknown');
});
