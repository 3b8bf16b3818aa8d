import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFilter, matchesFilter } from './topic-filter.ts';

test('checkFilter() lets a device hear what lies under its own name', () => {
  for (const filter of ['commands/d/#', 'commands/d/+', 'commands/d/a/+/b', 'commands/d/']) {
    assert.equal(checkFilter(filter, 'd'), 0, filter);
  }
  for (const filter of ['commands/d', 'commands/e/#', 'commands/+/#', '+/d/#', 'commands/d2/#', '/commands/d/#']) {
    assert.equal(checkFilter(filter, 'd'), 0x87, filter);
  }
  for (const filter of ['', 'commands/d/#/a', 'commands/d/a#', 'commands/d/+a', 'x'.repeat(257)]) {
    assert.equal(checkFilter(filter, 'd'), 0x8f, filter);
  }
  assert.equal(checkFilter('$share/g/commands/d/#', 'd'), 0x9e);
});

test('matchesFilter() follows the examples of the standard', () => {
  for (const [filter, topic, matches] of [
    ['sport/tennis/player1/#', 'sport/tennis/player1', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
    ['sport/#', 'sport', true],
    ['sport/tennis/+', 'sport/tennis/player1', true],
    ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
    ['sport/+', 'sport', false],
    ['sport/+', 'sport/', true],
    ['a/b', 'a/b', true],
    ['a/b', 'a', false],
    ['a', 'a/b', false],
  ] as const) {
    assert.equal(matchesFilter(filter, topic), matches, `${filter} ${topic}`);
  }
});
