import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandContext } from '../command-context.ts';
import { recordTerminal } from '../testing.ts';
import type { ReplayReport } from './tally.ts';
import { tellReport } from './tell-report.ts';

const WORDS = { act: 'a trial', sent: 'lines', notTaken: 'not lines', paced: true, hint: 'look', next: 'select 1' };
const report: ReplayReport = {
  read: 30,
  stored: 20,
  skipped: 5,
  refused: { range: 3, step: 1 },
  unreadable: { empty: 1 },
  devices: 2,
  seconds: 3,
  interrupted: false,
};

/** What is printed of a report. */
function told(more: Partial<ReplayReport>, paced = true): { readonly out: string; readonly err: string } {
  const terminal = recordTerminal();
  tellReport(new CommandContext(terminal, {}), { ...report, ...more }, { ...WORDS, paced });
  return terminal.printed();
}

test('tellReport() counts what was stored, left out, refused and not taken, and names what is next', () => {
  const { out, err } = told({});
  assert.equal(
    out,
    'stored 20 of 30 lines of 2 devices, left out 5 that an earlier run has sent, 10 per second\n' +
      'refused range 3, step 1\nnot lines empty 1\n',
  );
  assert.match(err, /query "select 1"/);
  assert.doesNotMatch(told({ refused: {}, unreadable: {}, skipped: 0 }, false).out, /second|refused|left out/);
});

test('tellReport() calls it no success where nothing was stored, but where an earlier run has sent all', () => {
  assert.throws(() => told({ stored: 0, skipped: 0 }), { code: 'CLI_NOTHING_STORED', hint: 'look' });
  assert.match(told({ stored: 0, skipped: 30 }).out, /left out 30/);
});
