import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { INTERVAL, planWatch, STANDARD_BUDGET } from './watch-plan.ts';

test('planWatch() watches numbers, orders and timings of the streams that declare detection, within their budgets', () => {
  const plans = planWatch(
    makeTemplate(`
devices: { d: {} }
streams:
  a: { from: d, fields: { x: { type: number, range: [0, 200] }, n: { type: integer }, t: { type: text }, b: { type: boolean } } }
  b: { from: d, purposes: [care], basis: vital-interests, fields: { y: { type: number, class: health } } }
  c: { from: d, fields: { z: { type: number } } }
detect:
  a: { budget: 2 false alarms per device per day }
  b: {}
`),
  );
  assert.deepEqual(
    [...plans.keys()],
    ['a', 'b', '_connections', '_probe', '_trial', '_trial_flows', '_trial_connections'],
  );
  assert.equal(planWatch(makeTemplate('devices: { d: {} }')).size, 0);
  const { fields, budget, quietSeconds } = plans.get('a')!;
  assert.deepEqual(
    fields.map(({ name, resolution }) => [name, resolution]),
    [
      ['x', 0.02],
      ['n', 1],
      ['t.order', Infinity],
      ['b.order', Infinity],
      ['t.timing', Infinity],
      ['b.timing', Infinity],
      [INTERVAL, 0.1],
    ],
  );
  assert.deepEqual([budget, quietSeconds], [{ alarms: 2, seconds: 86_400 }, 60]);
  assert.deepEqual(plans.get('b')?.budget, STANDARD_BUDGET);
  assert.deepEqual(
    plans.get('b')?.fields.map(({ shown }) => shown),
    [false, true],
  );
});

test('planWatch() takes ports of flows for names, and numbers of other streams for what they are', () => {
  const plans = planWatch(
    makeTemplate(
      'devices: { d: {} }\nstreams: { f: { type: flow, from: d }, o: { from: d, fields: { source_port: { type: integer } } } }\ndetect: { f: {}, o: {} }\n',
    ),
  );
  const named = (stream: string) => plans.get(stream)!.fields.map(({ name }) => name);
  assert.ok(named('f').includes('source_bytes') && !named('f').some((name) => name.endsWith('_port')));
  assert.ok(named('o').includes('source_port'));
});
