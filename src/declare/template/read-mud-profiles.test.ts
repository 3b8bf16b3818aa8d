import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LAMP_MUD } from '../../../test/support/lamp-mud.ts';
import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';

const LAMP = 'devices: {lamp: {mud: lamp.json}}';

test('a device type names its MUD profile, whose text is part of the template', () => {
  const template = makeTemplate(LAMP, { 'lamp.json': LAMP_MUD });
  assert.deepEqual(template.devices.get('lamp')?.mud, { file: 'lamp.json', text: LAMP_MUD });
  const other = makeTemplate(LAMP, { 'lamp.json': LAMP_MUD.replace('"port":443', '"port":8443') });
  assert.notEqual(other.digest, template.digest);
});

test('a file that is no profile, is not there, or lies elsewhere is a finding', () => {
  assert.deepEqual(findingsOf(LAMP, { 'lamp.json': '{}' }), ['TEMPLATE_VALUE_INVALID 3:23']);
  assert.deepEqual(findingsOf(LAMP), ['TEMPLATE_FILE_MISSING 3:23']);
  assert.deepEqual(findingsOf('devices: {lamp: {mud: ../lamp.json}}'), ['TEMPLATE_VALUE_INVALID 3:23']);
  assert.deepEqual(findingsOf('devices: {lamp: {mud: lamp.yaml}}'), ['TEMPLATE_VALUE_INVALID 3:23']);
});
