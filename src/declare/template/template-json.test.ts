import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeTemplate } from '../../../test/support/make-template.ts';
import { hasCode } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { templateDigest, templateFromJson, templateToJson } from './template-json.ts';

const yaml = `
devices: {pump: {}}
streams: {flow: {from: pump, purposes: [p], fields: {rate: {type: number}, map: {type: text}}}}
views: {v: {from: flow, sql: select 1}}
people: {r: {query: [v, flow], rows: {v: a = 1}, masks: {flow.rate: "round:1"}}}
`;

test('templateFromJson() makes the same template of its JSON text', () => {
  const template = makeTemplate(yaml);
  const again = templateFromJson(JSON.parse(JSON.stringify(templateToJson(template))) as Json);
  assert.deepEqual(again, template);
  assert.equal(again.digest, template.digest);
});

test('templateToJson() leaves out limits that came later, where they are at their default', () => {
  const limitsOf = (template: Parameters<typeof templateToJson>[0]): object =>
    (templateToJson(template) as { template: { limits: object } }).template.limits;
  const stored = limitsOf(makeTemplate(yaml));
  assert.equal('callerRequests' in stored, false);
  assert.equal('devices' in stored, true);
  const named = makeTemplate(`${yaml}limits: {caller-requests: 7}\n`);
  assert.partialDeepStrictEqual(limitsOf(named), { callerRequests: 7 });
  const again = templateFromJson(templateToJson(named));
  assert.deepEqual([again.limits.callerRequests, again.limits.routeRequests, again.digest], [7, 3_000, named.digest]);
});

test('templateToJson() leaves out what the stream of the prober got later, and templateFromJson() adds it', () => {
  const template = makeTemplate(yaml);
  const json = JSON.stringify(templateToJson(template));
  assert.ok(json.includes('canary') && !json.includes('"serial"') && !json.includes('"place"'));
  assert.ok(!json.includes('_trial'));
  const again = templateFromJson(JSON.parse(json) as Json);
  assert.deepEqual(again, template);
  const names = again.streams.get('_probe')?.fields.map(({ name }) => name);
  assert.deepEqual(names, ['n', 'canary', 'value', 'serial', 'place', 'day', 'surplus', 'case_open', 'boots', 'code']);
  assert.deepEqual(
    names,
    template.streams.get('_probe')?.fields.map(({ name }) => name),
  );
});

test('templateFromJson() refuses another form', () => {
  for (const json of [null, 1, [], {}, { form: 2, template: {} }, { form: 1 }, { form: 1, template: {} }] as Json[]) {
    assert.throws(
      () => templateFromJson(json),
      (error) => hasCode(error, 'TEMPLATE_FORM_INVALID'),
      JSON.stringify(json),
    );
  }
});

test('templateDigest() depends on every value and on nothing else', () => {
  const digest = makeTemplate(yaml).digest;
  assert.match(digest, /^[0-9a-f]{64}$/);
  assert.equal(makeTemplate(`# a comment\n${yaml}`).digest, digest);
  assert.equal(templateDigest(makeTemplate(yaml)), digest);
  for (const [from, to] of [
    ['a = 1', 'a = 2'],
    ['select 1', 'select 2'],
    ['type: number', 'type: integer'],
    ['round:1', 'round:2'],
  ] as const) {
    assert.notEqual(makeTemplate(yaml.replace(from, to)).digest, digest, to);
  }
});

test('sealTemplate() leaves nothing that can be changed', () => {
  const template = makeTemplate(yaml);
  const flow = template.streams.get('flow');
  assert.ok(flow);
  assert.throws(() => (template.streams as Map<string, unknown>).set('x', flow), TypeError);
  assert.throws(() => (template.streams as Map<string, unknown>).delete('flow'), TypeError);
  const rows = template.people.get('r')?.rows as Map<string, unknown> | undefined;
  assert.throws(() => rows?.clear(), TypeError);
  assert.throws(() => Object.assign(flow, { name: 'x' }), TypeError);
  assert.throws(() => (flow.fields as unknown[]).push(1), TypeError);
});

test('sealTemplate() leaves a template that can be sent to a worker', () => {
  const template = makeTemplate(yaml);
  assert.deepEqual([...structuredClone(template).streams.keys()], [...template.streams.keys()]);
});
