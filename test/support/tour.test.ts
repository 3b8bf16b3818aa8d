import assert from 'node:assert/strict';
import { test } from 'node:test';

import { tourDifference, tourSteps } from './tour.ts';

test('tourSteps() takes blocks of commands in order with what they print', () => {
  const page = [
    '```sh background',
    'npm start',
    '```',
    'words',
    '```sh',
    'weir status',
    '```',
    '```text',
    'well',
    '```',
    '```sh stopped',
    'rm wheel',
    '```',
    '```sh untested="needs a moon"',
    'weir moon',
    '```',
    '```json',
    '{}',
    '```',
  ].join('\n');
  assert.deepEqual(tourSteps(page), [
    { commands: 'npm start', line: 1, mode: 'background', expected: undefined },
    { commands: 'weir status', line: 5, mode: 'run', expected: 'well' },
    { commands: 'rm wheel', line: 11, mode: 'stopped', expected: undefined },
  ]);
});

test('tourDifference() lets … stand for words and for lines, and blanks for any number of blanks', () => {
  const printed = 'device    count\n-------   -----\ntruck-1      17\ntruck-2       9\n';
  assert.equal(tourDifference(printed, 'device count\n…\ntruck-2 …'), undefined);
  assert.equal(tourDifference(printed, 'device count\n…'), undefined);
  assert.equal(tourDifference(printed, '…\ntruck-… 17\n…'), undefined);
});

test('tourDifference() names the line that was not printed, stands elsewhere, or is missing in the page', () => {
  const printed = 'a 1\nb 2\n';
  assert.equal(tourDifference(printed, 'a 1\nb 3'), 'b 3');
  assert.equal(tourDifference(printed, 'b 2'), 'b 2');
  assert.equal(tourDifference(printed, 'b 2\n…\na 1'), 'b 2');
  assert.match(tourDifference(printed, 'a 1') ?? '', /b 2$/);
  assert.equal(tourDifference('axb', 'a.b'), 'a.b');
});
