import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileMatch, isMeant } from './compile-match.ts';
import { logEvent } from './log-event.ts';
import { entryAt } from './testing.ts';

test('isMeant() holds where the action and each field are among what is asked for', () => {
  const match = compileMatch({
    event: ['refuse-readings', 'connect'],
    fields: new Map([
      ['reason', ['range', 'schema-*']],
      ['outcome', ['denied']],
    ]),
  });
  const meant = (event: Parameters<typeof entryAt>[1]) => isMeant(match, logEvent(entryAt(1, event)));
  assert.equal(meant({ action: 'refuse-readings', reason: 'range' }), true);
  assert.equal(meant({ action: 'connect', reason: 'schema-type' }), true);
  assert.equal(meant({ action: 'connect', reason: 'ranger' }), false);
  assert.equal(meant({ action: 'connect' }), false);
  assert.equal(meant({ action: 'sign-in', reason: 'range' }), false);
  assert.equal(meant({ action: 'connect', reason: 'range', outcome: 'allowed' }), false);
});
