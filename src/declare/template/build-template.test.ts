import assert from 'node:assert/strict';
import { test } from 'node:test';

import { days, hours, minutes } from '#base/core/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';

test('buildTemplate() fills in every default', () => {
  const template = makeTemplate(
    'devices: {pump: {}}\nstreams: {flow: {from: pump, fields: {rate: {type: number}, note: {type: text}}}}\npeople: {r: {}}',
  );
  assert.equal(template.region, 'unspecified');
  assert.deepEqual(template.hosts, ['localhost']);
  assert.deepEqual(template.devices.get('pump'), {
    name: 'pump',
    description: null,
    identity: 'x509',
    power: 'mains',
    boot: 'none',
    lifetime: null,
    speaksFor: [],
  });
  const flow = template.streams.get('flow');
  assert.deepEqual(flow?.accept, { late: days(7), early: minutes(5) });
  assert.deepEqual(flow?.rate, { perSecond: 10, burst: 100 });
  assert.deepEqual([flow?.undeclared, flow?.onRefusal, flow?.acceptUnenforced], ['drop', 'acknowledge', false]);
  assert.deepEqual(flow?.fields[0], {
    name: 'rate',
    type: 'number',
    unit: null,
    range: null,
    step: null,
    class: 'operational',
    enum: null,
    pattern: null,
    maxLength: 0,
    nullable: false,
    description: null,
  });
  assert.equal(flow?.fields[1]?.maxLength, template.limits.textLength);
  assert.deepEqual(template.people.get('r')?.sees, ['public', 'operational']);
  assert.deepEqual(template.listen, { address: '127.0.0.1', mqtt: 8883, https: 8443, api: 7443 });
  assert.deepEqual(template.tls, { minimum: '1.3', hybrid: 'prefer' });
});

test('buildTemplate() takes what is written', () => {
  const template = makeTemplate(`
accept: {late: 1h}
hosts: [weir.example.com, localhost]
limits: {payload: 1KiB, depth: 3, keep-alive: 1m}
tls: {minimum: 1.2}
devices: {pump: {identity: psk, lifetime: 12y}, plc: {speaks-for: [pump]}}
streams:
  flow:
    from: [pump, plc]
    purposes: [p]
    accept: {early: 1m}
    rate: {sustained: 60/min, burst: 5}
    on-refusal: disconnect
    unenforced: accept
    fields:
      rate: {type: number, range: [null, 5], step: 6/min, coarsen: 0.5}
      at: {type: time, range: [1970-01-01T00:00:01Z, null]}
      key: {type: text, class: secret}
people:
  r: {query: [flow], masks: {flow.rate: }, may: [prove, audit], respond: all}
detect: {flow: {budget: 1 false alarm per device per day}}
`);
  const flow = template.streams.get('flow');
  assert.deepEqual(flow?.accept, { late: hours(1), early: minutes(1) });
  assert.deepEqual(flow?.rate, { perSecond: 1, burst: 5 });
  assert.deepEqual(flow?.fields[0]?.range, [null, 5]);
  assert.deepEqual(flow?.fields[0]?.step, { perSecond: 0.1 });
  assert.equal(flow?.fields[0]?.coarsen, 0.5);
  assert.deepEqual(flow?.fields[1]?.range, [1_000_000, null]);
  assert.equal(flow?.fields[2]?.nullable, true);
  assert.deepEqual(template.people.get('r')?.may, ['audit', 'prove', 'respond']);
  assert.deepEqual([...(template.people.get('r')?.masks ?? [])], [['flow.rate', 'null']]);
  assert.deepEqual(template.hosts, ['localhost', 'weir.example.com']);
  assert.deepEqual(
    [template.limits.payloadBytes, template.limits.depth, template.limits.keepAlive],
    [1_024, 3, 60_000],
  );
  assert.equal(template.tls.minimum, '1.2');
  assert.deepEqual(template.detect.get('flow')?.budget, { alarms: 1, per: days(1) });
  assert.equal(template.devices.get('pump')?.lifetime, days(365.25 * 12));
});
