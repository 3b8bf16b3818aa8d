import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LAMP_MUD } from '../../../../test/support/lamp-mud.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { hasMudPlans, planMud } from './mud-plan.ts';
import { proberProfile } from './prober-profile.ts';

const DEVICES = 'devices: {lamp: {mud: lamp.json}, lock: {}}\n';
const plan = (streams: string) => planMud(makeTemplate(`${DEVICES}streams: {${streams}}`, { 'lamp.json': LAMP_MUD }));

test('planMud() plans streams of flows of types that have a profile', () => {
  const plans = plan(
    'flows: {type: flow, from: [lamp, lock]}, others: {type: flow, from: lock}, state: {from: lamp, fields: {x: {type: number}}}',
  );
  assert.deepEqual([...plans.keys()], ['flows', '_trial_flows']);
  assert.deepEqual(plans.get('_trial_flows')?.profiles, new Map([['_probe', proberProfile()]]));
  const flows = plans.get('flows')!;
  assert.deepEqual([...flows.profiles.keys()], ['lamp']);
  assert.equal(flows.profiles.get('lamp')?.url, 'https://maker.example/lamp');
  assert.equal(flows.shown, true);
});

test('hasMudPlans() says whether planMud() has any', () => {
  for (const [body, has] of [
    ['type: flow, from: lamp', true],
    ['type: flow, from: lock', false],
    ['from: lamp, fields: {x: {type: number}}', false],
  ] as const) {
    const template = makeTemplate(`${DEVICES}streams: {s: {${body}}}`, { 'lamp.json': LAMP_MUD });
    assert.equal(hasMudPlans(template), has, body);
    assert.equal(planMud(template).size > 0, has, body);
  }
});

test('planMud() keeps peers out of alerts where their class says so', () => {
  const body = 'type: flow, from: lamp, purposes: [safety], fields: {peer_name: {class: personal}}';
  assert.equal(plan(`flows: {${body}}`).get('flows')?.shown, false);
});
