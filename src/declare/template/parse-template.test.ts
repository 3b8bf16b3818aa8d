import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';
import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';
import { parseTemplate } from './parse-template.ts';

test('parseTemplate() reports all findings at once, in order of place', () => {
  const yaml = `
devces: {}
devices:
  reefer: {identity: x508}
streams:
  climate:
    from: reefr
    fields:
      temperature: {type: numbr}
`;
  assert.deepEqual(findingsOf(yaml), [
    'TEMPLATE_KEY_UNKNOWN 4:1 ~devices',
    'TEMPLATE_WORD_UNKNOWN 6:22 ~x509',
    'TEMPLATE_REFERENCE_UNKNOWN 9:11 ~reefer',
    'TEMPLATE_WORD_UNKNOWN 11:27 ~number',
  ]);
});

test('parseTemplate() wants the version of the format and a name', () => {
  assert.deepEqual(findingsOf('template: 2\nname: x'), ['TEMPLATE_WORD_UNKNOWN 1:11 ~1']);
  assert.deepEqual(findingsOf('template:\n'), ['TEMPLATE_KEY_MISSING 1:1', 'TEMPLATE_WORD_UNKNOWN 1:10']);
});

test('parseTemplate() names the file of a finding in what is extended', () => {
  const parsed = parseTemplate(
    { path: 'weir.yaml', text: 'extends: b.yaml\ntemplate: 1\nname: x' },
    () => 'streams: {s: {from: d, fields: {a: {type: text}}}}',
  );
  assert.ok('diagnostics' in parsed);
  assert.deepEqual(
    parsed.diagnostics.map(({ file, line, column }) => `${file}:${line}:${column}`),
    ['b.yaml:1:21'],
  );
});

test('parseTemplate() takes out an inherited stream', () => {
  const base =
    'devices: {d: {}}\nstreams: {a: {from: d, fields: {x: {type: text}}}, b: {from: d, fields: {x: {type: text}}}}';
  const template = makeTemplate('extends: base.yaml\nstreams: {a: }', { 'base.yaml': base });
  assert.deepEqual(
    [...template.streams.keys()],
    ['b', '_events', '_probe', '_connections', '_trial_connections', '_trial', '_trial_flows', '_trial_windows'],
  );
});

test('parseTemplate() asks for no file outside, whatever it is told', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('..', '.', 'a', 'industry', '/', '', 'x.sql', '~', 'C:')), (parts) => {
      const reference = JSON.stringify(parts.join('/'));
      const asked: string[] = [];
      const text = `template: 1\nname: x\nextends: ${reference}\nviews: {v: {from: _events, sql: ${reference}}}`;
      parseTemplate({ path: 'weir.yaml', text }, (path) => {
        asked.push(path);
        return null;
      });
      for (const path of asked) assert.ok(!path.startsWith('/') && !path.split('/').includes('..'), path);
    }),
    { seed: 1 },
  );
});

test('parseTemplate() gives a template or findings for any text, and throws for none', () => {
  const words = [
    'template: 1',
    'name: x',
    'streams:',
    ' s:',
    '  from: d',
    '  fields: {x: {type: text}}',
    'devices: {d: {}}',
    ': ',
    '- a',
    '{',
    '[',
    '&a *a',
    '\t',
    'people: {r: {query: all}}',
    '"',
    '~',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 12 }), (lines) => {
      const parsed = parseTemplate({ path: 'weir.yaml', text: lines.join('\n') }, () => null);
      assert.ok('template' in parsed || parsed.diagnostics.length > 0);
    }),
    { numRuns: 500, seed: 1 },
  );
});
