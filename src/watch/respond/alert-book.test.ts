import assert from 'node:assert/strict';
import { test } from 'node:test';
import { millis, PROBE_STREAM } from '#base/core/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { openKeys, recordAudit } from '../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../test/support/tmp.ts';
import type { Alert } from './alert.ts';
import { AlertBook } from './alert-book.ts';
import { RuleBook } from './rule-book.ts';
import { WATCH_SCHEMA } from './schema.ts';
import { findingOf, ruleFindingOf } from './testing.ts';

async function open(t: Cleanable) {
  const clock = frozenClock();
  const { catalogue, keys } = await openKeys(t, clock);
  await catalogue.migrate(WATCH_SCHEMA);
  const audit = recordAudit();
  const own = { catalogue, sealer: await keys.rowSealer('people'), audit, clock };
  const rules = await RuleBook.open(own);
  const parts = { ...own, rules };
  return { book: await AlertBook.open(parts), rules, parts, audit, clock, catalogue };
}

const actions = (audit: ReturnType<typeof recordAudit>): string[] => audit.events.map(({ action }) => action);

test('AlertBook keeps a finding once, however often it is told, and logs it once', async (t) => {
  const { book, parts, audit, clock } = await open(t);
  const heard: Alert[] = [];
  using _ = book.onChange((alert) => heard.push(alert));
  await book.raise([findingOf(), findingOf()]);
  await book.raise([findingOf()]);
  const over = findingOf({ end: 5_000, open: false });
  await book.raise([over]);
  // The same trouble under another name, as after limits that were told anew.
  await book.raise([findingOf({ start: 3_000, end: 4_000 })]);
  const again = await AlertBook.open(parts);
  assert.equal(again.total, 1);
  const [alert, ...others] = await again.list({ limit: 10 });
  assert.deepEqual([alert?.end, alert?.open, alert?.raised, others], [5_000, false, clock.now(), []]);
  assert.deepEqual(actions(audit), ['raise-alert']);
  assert.deepEqual(
    heard.map(({ end }) => end),
    [1_000, 5_000],
  );
});

test('AlertBook lists by state, device and time, the newest first', async (t) => {
  const { book, clock } = await open(t);
  for (const [i, device] of ['a', 'b', 'a'].entries()) {
    clock.advance(millis(1_000));
    await book.raise([findingOf({ device, start: i * 1e9 })]);
  }
  const [newest] = await book.list({ limit: 1 });
  assert.ok(newest !== undefined);
  assert.equal(newest.start, 2e9);
  await book.answer(newest.id, { verdict: 'false-alarm', by: 'person:x', reason: null, until: null });
  const starts = async (filter: Parameters<AlertBook['list']>[0]) =>
    (await book.list(filter)).map(({ start }) => start);
  assert.deepEqual(await starts({ device: 'a', limit: 10 }), [2e9, 0]);
  assert.deepEqual(await starts({ state: 'new', limit: 10 }), [1e9, 0]);
  assert.deepEqual(await starts({ which: ({ start }) => start < 2e9, limit: 1 }), [1e9], 'before they are counted');
  assert.deepEqual(await starts({ since: newest.raised - 1, limit: 10 }), [2e9]);
  assert.deepEqual(await starts({ since: newest.raised, limit: 10 }), []);
});

test('AlertBook keeps what people said, in order, and a finding that is told later does not undo it', async (t) => {
  const { book, audit } = await open(t);
  const finding = findingOf();
  await book.raise([finding]);
  await book.answer(finding.id, { verdict: 'confirmed', by: 'person:x', reason: 'seen', until: null });
  await book.answer(finding.id, { verdict: 'expected', by: 'person:y', reason: 'wash', until: 9 });
  await book.raise([{ ...finding, end: 7_000 }]);
  const alert = await book.get(finding.id);
  assert.deepEqual(
    [alert.state, alert.end, alert.answers.map(({ verdict, by }) => `${verdict} ${by}`)],
    ['expected', 7_000, ['confirmed person:x', 'expected person:y']],
  );
  assert.deepEqual(actions(audit), ['raise-alert', 'answer-alert', 'answer-alert', 'change-rules']);
  await assert.rejects(book.get('none'), { code: 'RESPOND_ALERT_UNKNOWN' });
  await assert.rejects(book.answer('none', { verdict: 'confirmed', by: 'x', reason: null, until: null }), {
    code: 'RESPOND_ALERT_UNKNOWN',
  });
});

test('AlertBook keeps no name and no value in clear', async (t) => {
  const { book, catalogue } = await open(t);
  await book.raise([findingOf()]);
  const [row] = await catalogue.all('SELECT * FROM watch_alert');
  const { sealed, ...clear } = row!;
  assert.doesNotMatch(JSON.stringify(clear), /truck|climate|temperature/);
  assert.doesNotMatch(Buffer.from(sealed as Uint8Array).toString('latin1'), /truck|climate|temperature/);
});

test('AlertBook: repeats of a false alarm stop until that is taken back, and what was confirmed is told again', async (t) => {
  const { book, rules } = await open(t);
  const HOUR = 3_600_000_000;
  const told = async (hour: number, score: number): Promise<string> => {
    const finding = findingOf({ start: hour * HOUR, detectors: [{ name: 'robust-z', score, limit: 8, readings: 1 }] });
    await book.raise([finding]);
    return (await book.get(finding.id)).state;
  };
  const answer = (hour: number, verdict: 'confirmed' | 'false-alarm') =>
    book.answer(findingOf({ start: hour * HOUR }).id, { verdict, by: 'person:x', reason: null, until: null });
  assert.equal(await told(1, 40), 'new');
  await answer(1, 'confirmed');
  assert.equal(await told(2, 12), 'new');
  await answer(2, 'false-alarm');
  assert.equal(await told(3, 12), 'false-alarm');
  // The regression set: what was confirmed, and what is far graver than the false alarm.
  assert.equal(await told(4, 40), 'new');
  assert.equal(await told(5, 17), 'new');
  // Marking what is as grave as a confirmed alert silences nothing.
  await answer(4, 'false-alarm');
  assert.equal(await told(6, 40), 'new');
  assert.deepEqual(
    rules.all.map(({ version, kind }) => [version, kind]),
    [[1, 'muted']],
  );
  await rules.revert(1, 'person:y');
  assert.equal(await told(7, 12), 'new');
});

test('AlertBook: what is confirmed later takes back the mute that it fell under', async (t) => {
  const { book, rules, audit } = await open(t);
  const told = async (start: number): Promise<string> => {
    await book.raise([findingOf({ start })]);
    return (await book.get(findingOf({ start }).id)).state;
  };
  const answer = (start: number, verdict: 'confirmed' | 'false-alarm', by: string) =>
    book.answer(findingOf({ start }).id, { verdict, by, reason: null, until: null });
  assert.equal(await told(1_000), 'new');
  await answer(1_000, 'false-alarm', 'person:x');
  assert.equal(await told(9_000), 'false-alarm');
  await answer(9_000, 'confirmed', 'person:y');
  assert.deepEqual(
    rules.all.map(({ reverted }) => reverted?.by),
    ['person:y'],
  );
  assert.ok(actions(audit).includes('revert-rules'));
  assert.equal(await told(20_000), 'new');
});

test('AlertBook: marks of two people on three devices hold for all, but for the like of what was confirmed', async (t) => {
  const { book } = await open(t);
  const told = async (device: string, start: number): Promise<string> => {
    await book.raise([findingOf({ device, start })]);
    return (await book.get(findingOf({ device, start }).id)).state;
  };
  const answer = (device: string, verdict: 'confirmed' | 'false-alarm', by: string) =>
    book.answer(findingOf({ device, start: 1_000 }).id, { verdict, by, reason: null, until: null });
  for (const device of ['truck-1', 'truck-2', 'truck-3', 'truck-4']) assert.equal(await told(device, 1_000), 'new');
  await answer('truck-4', 'confirmed', 'person:x');
  for (const device of ['truck-1', 'truck-2', 'truck-3']) await answer(device, 'false-alarm', 'person:x');
  assert.equal(await told('truck-5', 9_000), 'new');
  await answer('truck-3', 'false-alarm', 'person:y');
  assert.equal(await told('truck-6', 9_000), 'false-alarm');
  assert.equal(await told('truck-4', 9_000), 'new');
});

test('AlertBook: what was said of one violation says nothing of another on the same device', async (t) => {
  const { book } = await open(t);
  const violation = (rule: string, start: number) => {
    const violates = { kind: 'mud', rule };
    return findingOf({ id: `${rule} ${start}`, start, end: start + 5_000, violates, causes: [] });
  };
  const [evil, other] = [violation('port 4444', 1_000), violation('port 22', 2_000)];
  await book.raise([evil, other]);
  // One alert for each, though they go on at the same time.
  assert.equal(book.total, 2);
  const said = { by: 'person:x', reason: null, until: null } as const;
  await book.answer(evil.id, { verdict: 'false-alarm', ...said });
  const again = [violation('port 4444', 90_000), violation('port 22', 90_000), findingOf({ start: 90_000 })];
  await book.raise(again);
  const states = await Promise.all(again.map(async ({ id }) => (await book.get(id)).state));
  assert.deepEqual(states, ['false-alarm', 'new', 'new']);
});

test('AlertBook: a window silences what begins in it, and what outlasts it is told', async (t) => {
  const { book, rules, clock } = await open(t);
  await rules.add({
    kind: 'window',
    device: 'truck-3',
    stream: null,
    field: null,
    mostTimes: null,
    from: 0,
    until: 5_000,
    by: 'person:x',
    reason: 'service',
    alert: null,
  });
  const finding = findingOf({ start: 1_000, end: 1_000 });
  await book.raise([finding, findingOf({ device: 'truck-4' }), findingOf({ start: 9_000 })]);
  const states = async () =>
    (await book.list({ limit: 9 })).map(({ device, start, state }) => `${device} ${start} ${state}`);
  assert.deepEqual((await states()).sort(), ['truck-3 1000 expected', 'truck-3 9000 new', 'truck-4 1000 new']);
  const [answer] = (await book.get(finding.id)).answers;
  assert.deepEqual([answer?.by, answer?.reason], ['rule:1', 'service']);
  clock.advance(millis(1_000));
  await book.raise([{ ...finding, end: 6_000 }]);
  const told = await book.get(finding.id);
  assert.deepEqual([told.state, told.raised, told.changed], ['new', clock.now(), clock.now()]);
});

test('AlertBook lets alerts go with the readings that they show', async (t) => {
  const { book, clock, audit } = await open(t);
  await book.raise([findingOf(), findingOf({ stream: 'pump', start: 2_000 })]);
  const keep = (stream: string | null): number | null => (stream === 'climate' ? 60_000 : null);
  clock.advance(millis(59_000));
  assert.equal(await book.expire(keep), 0);
  clock.advance(millis(1_000));
  assert.equal(await book.expire(keep), 1);
  assert.deepEqual(
    (await book.list({ limit: 9 })).map(({ stream }) => stream),
    ['pump'],
  );
  assert.equal(book.total, 1);
  assert.deepEqual(actions(audit).slice(-1), ['expire-alerts']);
});

test('AlertBook counts no alert of what the prober sent, as it comes, after a start and as it goes', async (t) => {
  const { book, parts, clock } = await open(t);
  await book.raise([findingOf(), findingOf({ stream: PROBE_STREAM, start: 2_000 })]);
  assert.deepEqual([book.total, (await AlertBook.open(parts)).total], [1, 1]);
  clock.advance(millis(60_000));
  assert.equal(await book.expire((stream) => (stream === PROBE_STREAM ? 1 : null)), 1);
  assert.equal(book.total, 1);
});

test('AlertBook takes out what is about a person, and the rules about devices of theirs, once', async (t) => {
  const { book, rules, audit, parts } = await open(t);
  await book.raise([findingOf(), findingOf({ device: 'truck-4' }), ruleFindingOf({ about: { device: 'truck-3' } })]);
  const [first] = await book.list({ device: 'truck-3', limit: 1 });
  await book.answer(first!.id, { verdict: 'false-alarm', by: 'person:x', reason: 'of Ms Adams', until: null });
  assert.equal(rules.all.length, 1);
  const concerned = { devices: new Set(['truck-3']), values: [], spans: [] };
  assert.equal(await book.concerning(concerned), 2);
  assert.equal(await book.redact(concerned, 'weir:rights'), 2);
  assert.deepEqual(actions(audit).slice(-2), ['forget-rules', 'redact-alerts']);
  const left = await (await AlertBook.open(parts)).list({ limit: 9 });
  assert.deepEqual([left.map(({ device }) => device), rules.all, book.total], [['truck-4'], [], 1]);
  assert.deepEqual([await book.concerning(concerned), await book.redact(concerned, 'weir:rights')], [0, 0]);
});

test('AlertBook: dismissing what a rule found silences that rule about the same, and nothing else', async (t) => {
  const { book, rules } = await open(t);
  const HOUR = 3_600_000_000;
  const told = async (hour: number, address: string, name = 'guessed-tokens'): Promise<string> => {
    const finding = ruleFindingOf({ name, about: { address } }, { start: hour * HOUR });
    await book.raise([finding]);
    return (await book.get(finding.id)).state;
  };
  assert.equal(await told(1, 'a'), 'new');
  const { id } = ruleFindingOf({ about: { address: 'a' } }, { start: HOUR });
  await book.answer(id, { verdict: 'false-alarm', by: 'person:x', reason: 'a test', until: null });
  assert.deepEqual(rules.all[0]?.rule, { name: 'guessed-tokens', about: '{"address":"a"}' });
  assert.equal(await told(2, 'a'), 'false-alarm');
  assert.equal(await told(3, 'b'), 'new');
  assert.equal(await told(4, 'a', 'probed-ports'), 'new');
  await book.raise([findingOf({ start: 5 * HOUR })]);
  assert.equal((await book.get(findingOf({ start: 5 * HOUR }).id)).state, 'new');
});
