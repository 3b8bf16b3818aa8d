import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EVENTS } from './event-words.ts';

const PROJECT = path.resolve(import.meta.dirname, '../../..');
/** Words in tables of the page of the log that are no actions. */
const OTHER = new Set(['v', 'time', 'actor', 'action', 'resource', 'outcome', 'purpose', 'reason', 'digest', 'detail']);

test('EVENTS has each action that the platform writes, and each that the pages of formats tell of', () => {
  const written = globSync('src/**/*.ts', { cwd: PROJECT })
    .filter((file) => !file.endsWith('.test.ts') && !file.includes('testing'))
    .flatMap((file) => [...readFileSync(path.join(PROJECT, file), 'utf8').matchAll(/\baction: '([a-z][a-z-]+)'/g)])
    .map(([, action]) => action!);
  const page = readFileSync(path.join(PROJECT, 'docs/formats/audit-log.md'), 'utf8');
  const actions = page.slice(page.indexOf('\n## Actions'), page.indexOf('\n## Privacy budgets'));
  const told = [...actions.matchAll(/^\| (`[^|]+`) +\| `/gm)]
    .flatMap(([, cell]) => [...cell!.matchAll(/`([a-z][a-z-]+)`/g)])
    .map(([, action]) => action!)
    .filter((action) => !OTHER.has(action));
  assert.ok(written.length > 60 && told.length > 40);
  assert.deepEqual([...new Set([...written, ...told])].filter((action) => !EVENTS.includes(action)).sort(), []);
  assert.equal(new Set(EVENTS).size, EVENTS.length);
});
