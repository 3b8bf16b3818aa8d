import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Micros } from '#base/core/index.ts';
import { parseTemplate } from '#declare/template/index.ts';
import { tryAdvice } from './try-advice.ts';

const NOW = (Date.parse('2026-11-01T00:00:00Z') * 1_000) as Micros;

test('tryAdvice() names groups and suites of listeners, and sees premises change the answer', () => {
  const text = [
    'template: 1',
    'name: mine',
    'devices:',
    '  hub: {lifetime: 5y, speaks-for: [tag]}',
    '  old: {lifetime: 12y, cannot: [hybrid-key-exchange]}',
    '  older: {lifetime: 12y, cannot: [tls-1.3]}',
    '  tag: {class: c0}',
    '',
  ].join('\n');
  const parsed = parseTemplate({ path: 'weir.yaml', text }, () => null);
  assert.ok('template' in parsed);
  const trials = new Map(tryAdvice(parsed.template, NOW).map((one) => [one.type, one]));
  assert.deepEqual([...trials.keys()], ['hub', 'old', 'older', 'tag']);
  assert.equal(trials.get('hub')?.group, 'X25519MLKEM768');
  assert.equal(trials.get('old')?.group, 'x25519');
  assert.ok(trials.get('old')?.suites.includes('TLS_AES_256_GCM_SHA384'));
  const older = trials.get('older')?.suites ?? [];
  assert.ok(older.length > 0 && older.every((suite) => suite.startsWith('TLS_ECDHE_')), older.join());
  assert.deepEqual([trials.get('tag')?.direct, trials.get('tag')?.suites], [false, []]);
  for (const { type, answers, unfounded, changedByLifetime } of trials.values()) {
    assert.ok(answers === 7 && unfounded === 0 && changedByLifetime > 0, type);
  }
  assert.ok((trials.get('hub')?.changedByLink ?? 0) > 2);
});
