import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlacedEntry } from '#trust/audit/index.ts';
import type { Finding } from '../live/finding.ts';
import { logEvent } from './log-event.ts';
import { RuleRun } from './rule-run.ts';
import { entryAt, refusedFrom, rulesOf } from './testing.ts';

const GUESSED = `
  guessed: { say: '{address} {count}', by: address, when: { event: sign-in, outcome: denied }, count: 5, within: 1m }
`;

/** What a run finds in entries, and until a second after them. */
function runOf(rules: string, entries: readonly PlacedEntry[], until?: number): readonly Finding[] {
  const run = new RuleRun(rulesOf(`rules:${rules}`));
  const found = entries.flatMap((entry) => run.take(logEvent(entry)));
  return until === undefined ? found : [...found, ...run.tick(until * 1e6)];
}

const shown = (found: readonly Finding[]) =>
  found.map(({ sentence, start, end, open }) => `${sentence} ${start / 1e6}-${end / 1e6} ${open ? 'open' : 'over'}`);

test('a rule that counts finds so many within the time, by group, and says when it is over', () => {
  const entries = [
    ...[0, 5, 10, 15].map((second) => refusedFrom(second, 'a')),
    refusedFrom(16, 'b', 4),
    refusedFrom(20, 'a'),
    refusedFrom(30, 'a', 5),
  ];
  assert.deepEqual(shown(runOf(GUESSED, entries, 100)), [
    'a 5 0-20 open',
    // Told again at twice as many, and when a minute has gone without.
    'a 10 0-30 open',
    'a 10 0-30 over',
  ]);
  // The same five over more than a minute are nothing.
  assert.deepEqual(
    shown(
      runOf(
        GUESSED,
        [0, 20, 40, 60, 80].map((second) => refusedFrom(second, 'a')),
        900,
      ),
    ),
    [],
  );
  // An entry that sums up counts for as many as it says.
  assert.deepEqual(shown(runOf(GUESSED, [refusedFrom(1, 'a', 5)])), ['a 5 1-1 open']);
});

test('a rule that counts what is different does not count what comes again', () => {
  const rule = `
  many: { say: '{count}', by: actor, when: { event: command }, distinct: device, count: 3, within: 1m }
`;
  const command = (second: number, device: string) =>
    entryAt(second, { actor: 'person:p', action: 'command', resource: `device:${device}`, outcome: 'allowed' });
  assert.deepEqual(
    shown(
      runOf(
        rule,
        ['a', 'a', 'b', 'b', 'a'].map((device, i) => command(i, device)),
      ),
    ),
    [],
  );
  assert.deepEqual(
    shown(
      runOf(
        rule,
        ['a', 'b', 'b', 'c'].map((device, i) => command(i, device)),
      ),
    ),
    ['3 0-3 open'],
  );
  assert.deepEqual(shown(runOf(rule, [command(0, 'a'), command(50, 'b'), command(70, 'c')])), []);
});

test('a rule of steps finds them in their order, whatever comes between, from the latest beginning', () => {
  const rule = `
  ordered:
    say: '{device}'
    by: device
    within: 1m
    steps: [{ event: clone-alert }, { event: command, count: 2 }, { event: refuse-readings }]
`;
  const at = (second: number, action: string, detail = {}) => entryAt(second, { action, resource: 'device:d', detail });
  const whole = [at(0, 'clone-alert'), at(1, 'command'), at(30, 'clone-alert'), at(31, 'command'), at(32, 'enrol')];
  assert.deepEqual(shown(runOf(rule, [...whole, at(33, 'command'), at(80, 'refuse-readings')])), ['d 30-80 over']);
  assert.deepEqual(shown(runOf(rule, [...whole, at(33, 'command'), at(95, 'refuse-readings')])), []);
  assert.deepEqual(
    shown(runOf(rule, [at(1, 'command'), at(2, 'command'), at(3, 'clone-alert'), at(4, 'refuse-readings')])),
    [],
  );
  // One entry for two commands is both steps, and not the next one as well.
  assert.deepEqual(
    shown(runOf(rule, [at(0, 'clone-alert'), at(1, 'command', { count: 9 }), at(2, 'refuse-readings')])),
    ['d 0-2 over'],
  );
});

test('a rule of what is absent tells it once the time is over, and that it came after all', () => {
  const rule = `
  missed: { say: 'none for {within}', absent: { event: create-backup, outcome: done }, within: 1h }
`;
  const backup = (second: number, outcome = 'done' as const) =>
    entryAt(second, { action: 'create-backup', outcome, resource: 'backup:b' });
  assert.deepEqual(shown(runOf(rule, [backup(0), backup(3_000)], 6_000)), []);
  assert.deepEqual(shown(runOf(rule, [backup(0)], 3_700)), ['none for 1h 0-3600 open']);
  assert.deepEqual(shown(runOf(rule, [backup(0), backup(4_000)])), [
    'none for 1h 0-3600 open',
    'none for 1h 0-4000 over',
  ]);
  const after = `
  gone: { say: '{device}', by: device, after: { event: clone-alert }, absent: { event: enrol }, within: 1m }
`;
  const at = (second: number, action: string) => entryAt(second, { action, resource: 'device:d' });
  assert.deepEqual(shown(runOf(after, [at(0, 'clone-alert'), at(20, 'enrol')], 600)), []);
  assert.deepEqual(shown(runOf(after, [at(0, 'clone-alert'), at(30, 'clone-alert')], 61)), ['d 0-60 open']);
});

test('what the prober does is counted apart, and nobody else counts as it, wherever and whenever they come from', () => {
  const prober = (second: number, count: number) => {
    return entryAt(second, { actor: 'weir:prover', detail: { address: '127.0.0.0/24', count } });
  };
  const entries = [
    entryAt(1, { action: 'begin-prove', outcome: 'done' }),
    prober(2, 4),
    // From the same machine, while the prober runs.
    refusedFrom(3, '127.0.0.0/24', 4),
    refusedFrom(4, '127.0.0.0/24', 1),
    entryAt(5, { action: 'end-prove', outcome: 'done' }),
    // What was summed up at the end of a second comes after the run.
    prober(6, 4),
  ];
  assert.deepEqual(
    runOf(GUESSED, entries).map(({ sentence, stream }) => [sentence, stream]),
    [
      ['127.0.0.0/24 5', null],
      ['127.0.0.0/24 8', '_probe'],
    ],
  );
});

test('a rule that waits for alerts does not wait for its own, and a clock set back turns nothing around', () => {
  const rule = `
  many: { say: '{count}', by: device, when: { event: raise-alert }, count: 2, within: 1m }
`;
  const alert = (second: number, of: string) =>
    entryAt(second, { action: 'raise-alert', resource: 'alert:x', detail: { device: 'd', rule: of } });
  assert.deepEqual(shown(runOf(rule, [alert(0, 'other'), alert(1, 'many')])), []);
  assert.deepEqual(shown(runOf(rule, [alert(10, 'other'), alert(5, 'other')])), ['2 10-10 open']);
});

test('a run tells how much it keeps, and what goes on', () => {
  const run = new RuleRun(rulesOf(`rules:${GUESSED}`));
  assert.deepEqual([run.rules, run.memory], [1, 60e6]);
  for (let i = 0; i < 4_100; i++) run.take(logEvent(refusedFrom(1, `n${i}`)));
  assert.deepEqual(run.groups, { kept: 4_096, forgotten: 4 });
  run.take(logEvent(refusedFrom(2, 'n4099', 9)));
  assert.deepEqual(
    run.pending().map(({ sentence }) => sentence),
    ['n4099 10'],
  );
});
