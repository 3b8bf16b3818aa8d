import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';

const yaml = (privacy: string, view = '{ from: s, sql: select x from s, private: true }') => `
devices: { d: {} }
streams: { s: { from: d, fields: { x: { type: number, range: [0, 1] } }, privacy: ${privacy} } }
views: { v: ${view} }
people: { scientist: { query: [v] }, auditor: { query: [v] } }
`;

test('buildPrivacy() fills in what is not said', () => {
  const { privacy } = makeTemplate(yaml('{ epsilon: 2 }')).streams.get('s') ?? {};
  assert.deepEqual(privacy, { epsilon: 2, delta: 1e-6, query: 0.1, rows: 1_000, renew: null, allot: {} });
  const said = makeTemplate(
    yaml('{ epsilon: 1, delta: 1e-5, query: 0.5, rows: 3, renew: 30d, allot: { auditor: 0.5 } }'),
  );
  assert.deepEqual(said.streams.get('s')?.privacy, {
    epsilon: 1,
    delta: 1e-5,
    query: 0.5,
    rows: 3,
    renew: 2_592_000_000,
    allot: { auditor: 0.5 },
  });
  assert.equal(said.views.get('v')?.private, true);
});

test('checkPrivacy() wants the parts to fit into the budget', () => {
  const cases: readonly [string, readonly string[]][] = [
    ['{ epsilon: 1, query: 2 }', ['TEMPLATE_VALUE_INVALID']],
    ['{ epsilon: 1, renew: 5m }', ['TEMPLATE_VALUE_INVALID']],
    ['{ epsilon: 1, allot: { nobody: 0.1 } }', ['TEMPLATE_REFERENCE_UNKNOWN']],
    ['{ epsilon: 1, allot: { scientist: 0.6, auditor: 0.5 } }', ['TEMPLATE_VALUE_INVALID']],
    ['{ epsilon: 1, allot: { scientist: 0.6, auditor: 0.4 } }', []],
  ];
  for (const [privacy, codes] of cases) {
    assert.deepEqual(
      findingsOf(yaml(privacy)).map((finding) => finding.split(' ')[0]),
      codes,
      privacy,
    );
  }
});

test('a private view is made from one stream with a budget, and nothing is made from it', () => {
  const findings = (text: string) => findingsOf(text).map((finding) => finding.split(' ')[0]);
  assert.deepEqual(findings(yaml('{ epsilon: 1 }', '{ from: s, sql: select x from s, keys: { x: [a] } }')), [
    'TEMPLATE_FIELD_CONFLICT',
  ]);
  const plain = yaml('{ epsilon: 1 }').replace(', privacy: { epsilon: 1 }', '');
  assert.deepEqual(findings(plain), ['TEMPLATE_VIEW_INVALID']);
  const over = yaml('{ epsilon: 1 }').replace('views: { ', 'views: { w: { from: v, sql: select x from v }, ');
  assert.deepEqual(findings(over), ['TEMPLATE_VIEW_INVALID']);
});
