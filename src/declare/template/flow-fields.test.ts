import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';
import { FLOW_FIELDS } from './flow-fields.ts';

const flows = (body: string): string => `devices: {lamp: {}}\nstreams:\n  flows: {type: flow, from: lamp${body}}`;

test('a stream of type flow has the fields of one, without writing them out', () => {
  const stream = makeTemplate(flows('')).streams.get('flows');
  assert.equal(stream?.type, 'flow');
  assert.deepEqual(
    stream.fields.map(({ name }) => name),
    Object.keys(FLOW_FIELDS),
  );
  assert.deepEqual(
    stream.fields.filter(({ nullable }) => !nullable).map(({ name }) => name),
    ['protocol'],
  );
});

test('what is written lies over the fields of a flow, and further fields come behind', () => {
  const { fields } = makeTemplate(
    flows(', purposes: [safety], fields: {source_address: {class: personal}, site: {type: text}}'),
  ).streams.get('flows')!;
  const address = fields.find(({ name }) => name === 'source_address');
  assert.deepEqual([address?.class, address?.type, address?.maxLength], ['personal', 'text', 45]);
  assert.equal(fields.at(-1)?.name, 'site');
});

test('the fields of a flow stay what they are', () => {
  assert.deepEqual(
    findingsOf(flows(', fields: {source_port: {type: text}}')).filter((one) => /CONFLICT/.test(one)).length > 0,
    true,
  );
  assert.match(findingsOf(flows(', fields: {protocol: null}'))[0] ?? '', /TEMPLATE_/);
  assert.match(findingsOf(flows(', fields: [a]')).join(), /TEMPLATE_TYPE_WRONG 5:/);
  assert.match(
    findingsOf('devices: {lamp: {}}\nstreams: {s: {type: flows, from: lamp}}').join(),
    /WORD_UNKNOWN .*~flow/,
  );
});
