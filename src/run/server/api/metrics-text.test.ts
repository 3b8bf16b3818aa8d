import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { requireProgram } from '../../../../test/support/outside.ts';
import { formatMetrics } from './metrics-text.ts';
import { RequestMetrics } from './request-metrics.ts';
import { statusMetrics } from './status-metrics.ts';
import { STATUS_EXAMPLE } from './testing.ts';

function page(): string {
  const requests = new RequestMetrics();
  requests.note('GET /v1/views/:view', 200, 0.02);
  requests.note('GET /v1/views/:view', 429, 0.0001);
  return formatMetrics([...requests.families(), ...statusMetrics(STATUS_EXAMPLE)]);
}

test('formatMetrics() escapes what would break out of a label or a line', () => {
  const text = formatMetrics([
    { name: 'a_total', kind: 'counter', help: 'x\ny\\', samples: [{ labels: { l: 'a"b\\c\nd' }, value: Infinity }] },
  ]);
  assert.equal(text, '# HELP a_total x\\ny\\\\\n# TYPE a_total counter\na_total{l="a\\"b\\\\c\\nd"} +Inf\n');
});

const LINE =
  /^([a-z_]+)(?:\{([a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*)\})? (-?[0-9.e+-]+|NaN|[+-]Inf)$/;

test('formatMetrics() writes the text format: each family declared once, each sample once, histograms cumulative', () => {
  const declared = new Map<string, string>();
  const seen = new Set<string>();
  for (const line of page().trimEnd().split('\n')) {
    const [, name = '', kind = ''] = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line) ?? [];
    if (name !== '') {
      assert.ok(!declared.has(name), name);
      declared.set(name, kind);
    }
    if (line.startsWith('#')) continue;
    const match = LINE.exec(line);
    assert.ok(match !== null, line);
    const [sample = ''] = line.split(/ [^ ]*$/);
    assert.ok(!seen.has(sample), line);
    seen.add(sample);
    const family = declared.get(match[1]!) ?? declared.get(match[1]!.replace(/_(bucket|sum|count)$/, ''));
    assert.ok(family !== undefined, `${line} is declared`);
    assert.equal(family === 'counter', match[1]!.endsWith('_total'), `${line}: counters end with _total`);
  }
  const buckets = [...page().matchAll(/^weir_api_request_seconds_bucket\{.*le="[^"]*"\} (\d+)$/gm)].map(([, n]) =>
    Number(n),
  );
  assert.deepEqual(
    buckets,
    [...buckets].sort((a, b) => a - b),
  );
  assert.equal(buckets.at(-1), 2);
});

test('promtool finds nothing wrong with the metrics', (t) => {
  const promtool = requireProgram(t, 'promtool');
  assert.equal(execFileSync(promtool, ['check', 'metrics'], { input: page(), encoding: 'utf8' }).trim(), '');
});
