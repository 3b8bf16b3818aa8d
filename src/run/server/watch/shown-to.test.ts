import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecisionPoint } from '#declare/policy/index.ts';
import type { Subject } from '#declare/policy/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { mayBeSent, ruleShownTo, shownTo } from './shown-to.ts';

const template = makeTemplate(`region: eu
objects: {main: {region: eu}}
classes: {personal: {region: eu}}
devices: {reefer: {}, kiosk: {}}
streams:
  stays: {from: [reefer], purposes: [care], basis: contract, fields: {n: {type: number, class: personal}}}
`);
const subject = (region: string): Subject => ({
  id: 'p',
  kind: 'person',
  roles: [],
  standing: 'good',
  deviceType: null,
  region,
});
const parts = (transfers: readonly { from: string; to: string }[] = []) => ({
  decisions: new DecisionPoint(undefined, null, () => transfers),
  template,
  typeOf: (device: string) => ({ 'truck-1': 'reefer', 'kiosk-1': 'kiosk' })[device] ?? null,
});

test('ruleShownTo() decides a version by its stream, else by those that its device sends to', () => {
  const rules = {
    stream: { stream: 'stays', device: 'truck-1' },
    device: { stream: null, device: 'truck-1' },
    elsewhere: { stream: null, device: 'kiosk-1' },
    gone: { stream: null, device: 'unknown' },
    all: { stream: null, device: null },
  };
  const seenBy = (region: string, transfers?: { from: string; to: string }[]) => {
    const isShown = ruleShownTo(subject(region), parts(transfers));
    return Object.entries(rules).flatMap(([name, rule]) => (isShown(rule) ? [name] : []));
  };
  assert.deepEqual(seenBy('eu'), Object.keys(rules));
  assert.deepEqual(seenBy('us'), ['elsewhere', 'all']);
  assert.deepEqual(seenBy('us', [{ from: 'eu', to: 'us' }]), Object.keys(rules));
});

test('shownTo() and mayBeSent() let nothing of a stream out of its region', () => {
  const { decisions } = parts();
  const seen = (region: string) => shownTo(subject(region), { decisions, template })({ stream: 'stays' });
  assert.deepEqual([seen('eu'), seen('us')], [true, false]);
  const sent = (region?: string) => mayBeSent('stays', region === undefined ? {} : { region }, template, decisions);
  assert.deepEqual([sent(), sent('eu'), sent('us')], [true, true, false]);
});
