import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Template } from '#declare/template/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { declaredBy } from './declared-by.ts';

test('declaredBy() says nothing is declared while no template is in force, and follows the one that is', () => {
  const box: { template: Template | null; port: number | null } = { template: null, port: null };
  const declared = declaredBy(
    () => box.template,
    () => box.port,
  );
  assert.deepEqual(
    [declared.hasDeviceType('truck'), declared.hasRole('analyst'), declared.maxDevices(), declared.statusUrl()],
    [false, false, 0, null],
  );
  assert.deepEqual([declared.profile('truck'), declared.clones('truck'), declared.deviceTypes()], [null, 'alert', []]);
  box.template = makeTemplate(`
hosts: [weir.example.com]
devices: {truck: {clones: cut-newer, speaks-for: [tag]}, tag: {}}
streams: {climate: {from: truck, fields: {t: {type: number}}}}
people: {analyst: {query: [climate]}}
listen: {status: 8080}
`);
  assert.deepEqual(
    [declared.hasDeviceType('truck'), declared.hasDeviceType('boat'), declared.hasRole('analyst')],
    [true, false, true],
  );
  assert.deepEqual([declared.clones('truck'), declared.speaksFor('truck')], ['cut-newer', ['tag']]);
  assert.deepEqual(declared.deviceTypes(), ['truck', 'tag', '_probe']);
  assert.equal(declared.statusUrl(), 'http://weir.example.com:8080');
  box.port = 9_090;
  assert.equal(declared.statusUrl(), 'http://weir.example.com:9090');
});

test('declaredBy() writes an address of IPv6 as a URL has it, and no place where nothing is served', () => {
  const at = (yaml: string, port: number | null = null) =>
    declaredBy(
      () => makeTemplate(yaml),
      () => port,
    ).statusUrl();
  assert.equal(at('hosts: ["2001:db8::1"]', 8_080), 'http://[2001:db8::1]:8080');
  assert.equal(at(''), null);
});
