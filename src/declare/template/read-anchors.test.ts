import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const base = 'devices: {d: {manufacturers: [acme]}}\nstreams: {s: {from: d, fields: {x: {type: number}}}}\n';
const anchors = (text: string) => `${base}manufacturers: {acme: {anchors: ${JSON.stringify(text)}}}`;

test('readAnchors() reads a file or what is written in place', () => {
  assert.equal(makeTemplate(anchors('acme.pem'), { 'acme.pem': PEM }).manufacturers?.get('acme')?.anchors, PEM);
  assert.equal(makeTemplate(anchors(PEM)).manufacturers?.get('acme')?.anchors, PEM);
});

test('readAnchors() refuses what holds no certificate', () => {
  assert.match(findingsOf(anchors('nothing')).join(), /TEMPLATE_VALUE_INVALID/);
  assert.match(findingsOf(anchors('acme.pem'), { 'acme.pem': 'nothing' }).join(), /TEMPLATE_VALUE_INVALID/);
});

test('a template that names no manufacturer has the digest that it always had', () => {
  const plain = makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: number}}}}');
  assert.equal(plain.manufacturers, undefined);
  assert.deepEqual(Object.keys(plain.devices.get('d') ?? {}).includes('certificate'), false);
});
