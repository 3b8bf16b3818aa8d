import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { Categories } from './categories.ts';
import type { DeviceRows } from './device-rows.ts';
import { sayFinding } from './explain-finding.ts';
import type { Cause, Finding } from './finding.ts';
import { TextNamer } from './text-namer.ts';
import { planWatch } from './watch-plan.ts';

const categories = new Categories();
const PLAN = planWatch(
  makeTemplate(`
devices: { d: {} }
streams:
  s:
    from: d
    purposes: [care]
    basis: vital-interests
    fields:
      command: { type: text }
      open: { type: boolean }
      who: { type: text, class: personal }
      serial: { type: text, class: identifier }
detect: { s: {} }
`),
).get('s')!;
const WIDTH = PLAN.inputs.length + 1;
const at = (name: string): number => PLAN.inputs.findIndex((input) => input.name === name);

/** Rows of one field, one a second. */
function rowsOf(name: string, words: readonly (string | boolean)[], from = 0): DeviceRows {
  const values = new Float64Array(words.length * WIDTH).fill(NaN);
  for (const [i, word] of words.entries())
    values[i * WIDTH + at(name)] = typeof word === 'string' ? categories.numberOf(word) : Number(word);
  return { values, times: Float64Array.from(words, (_, i) => (from + i) * 1e6), count: words.length };
}

function findingOf(detector: string, field: string, second: number): Finding {
  const cause: Cause = { field, unit: null, share: 1, value: 6, usual: [0, 1], deviation: 9, wouldPass: null };
  return {
    causes: [cause],
    sentence: sayFinding('d-1', detector, [cause]),
    evidence: [{ time: second * 1e6, values: {} }],
  } as unknown as Finding;
}

const say = (namer: TextNamer, rows: DeviceRows, finding: Finding): string =>
  namer.take('d-1', rows, [finding])[0]!.sentence;

test('TextNamer says which text came after which, over blocks too, and at what time', () => {
  const namer = new TextNamer(PLAN, categories);
  const order = findingOf('odd-order', 'command.order', 1);
  assert.equal(
    say(namer, rowsOf('command', ['open', 'close']), order),
    'command of d-1 was "close" after "open", which it hardly ever comes after',
  );
  assert.equal(
    say(namer, rowsOf('command', ['stop'], 2), findingOf('odd-order', 'command.order', 2)),
    'command of d-1 was "stop" after "close", which it hardly ever comes after',
  );
  assert.equal(
    say(namer, rowsOf('command', ['open'], 10_800), findingOf('odd-time', 'command.timing', 10_800)),
    'command of d-1 was "open" at 03:00 UTC, a time at which it hardly ever is',
  );
  namer.forget('d-1');
  assert.match(say(namer, rowsOf('command', ['x'], 1), order), /was "x" after what came before/);
  assert.match(
    say(namer, rowsOf('open', [false, true]), findingOf('odd-order', 'open.order', 1)),
    /was true after false/,
  );
});

test('TextNamer names nothing of a class that stays out of alerts, no token, and nothing that was not odd', () => {
  const namer = new TextNamer(PLAN, categories);
  for (const name of ['who', 'serial']) {
    const { sentence } = findingOf('odd-order', `${name}.order`, 1);
    assert.equal(say(namer, rowsOf(name, ['ann', 'bob']), findingOf('odd-order', `${name}.order`, 1)), sentence);
  }
  const other = findingOf('robust-z', 'command.order', 1);
  assert.equal(say(namer, rowsOf('command', ['open', 'close']), other), other.sentence);
});
