import assert from 'node:assert/strict';
import { test } from 'node:test';

import { GRANTABLE_ACTIONS } from '#declare/template/index.ts';
import { ACTIONS, actionFits, OPERATOR_ACTIONS } from './actions.ts';

test('actionFits() knows what each action is done to', () => {
  assert.ok(actionFits('publish', 'stream'));
  assert.ok(actionFits('administer', 'template'));
  for (const [action, type] of [
    ['publish', 'view'],
    ['destroy', 'stream'],
    ['', ''],
    ['toString', 'stream'],
    ['__proto__', 'x'],
  ] as const) {
    assert.ok(!actionFits(action, type), action);
  }
});

test('ACTIONS holds all that a template can grant and all that operators do', () => {
  for (const action of GRANTABLE_ACTIONS) assert.ok((ACTIONS as readonly string[]).includes(action), action);
  for (const action of OPERATOR_ACTIONS) assert.ok(ACTIONS.includes(action), action);
  assert.ok(!OPERATOR_ACTIONS.includes('detokenise') && !OPERATOR_ACTIONS.includes('erase'));
});
