import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CedarEngine } from './cedar-engine.ts';
import type { CedarCall } from './cedar-engine.ts';
import { sliceRequest, textsOf } from './request-slice.ts';

const engine = new CedarEngine();
const CALL: CedarCall = {
  principal: { type: 'Person', id: 'p' },
  action: { type: 'Action', id: 'audit' },
  resource: { type: 'Platform', id: '*' },
  context: { standing: 'good', region: 'eu', about: { name: 'truck-1', size: 3 } },
  entities: [
    { uid: { type: 'Person', id: 'p' }, attrs: { name: 'p', size: 3 }, parents: [{ type: 'Role', id: 'security' }] },
    { uid: { type: 'Platform', id: '*' }, attrs: { name: '*' }, parents: [] },
  ],
};
const POLICIES: readonly (readonly [condition: string, keptAttributes: number])[] = [
  ['principal.size == 3', 1],
  ['principal["na\\u{6d}e"] == "p"', 2],
  ['principal has size', 1],
  ['principal has nothing', 0],
  ['resource.name == "*"', 2],
  ['principal in Role::"security" && context.region == "eu"', 0],
  ['context has about.name && context.about.size == 3', 2],
  ['if context.standing == "good" then principal.name == "p" else false', 2],
  ['{x: context} == {x: context}', 0],
];

for (const [condition, attributes] of POLICIES) {
  test(`sliceRequest() leaves in what is looked at, and the answer as it was: ${condition}`, () => {
    const text = `permit (principal, action, resource) when { ${condition} };`;
    const texts = textsOf([engine.toJson(text)]);
    const sliced = sliceRequest(CALL, texts, condition.includes('{x: context}'));
    const count = sliced.entities.reduce((sum, { attrs }) => sum + Object.keys(attrs).length, 0);
    assert.ok(count <= attributes + 1, `${count} attributes`);
    engine.keep('slice', [{ id: 'one', text }]);
    const [whole, part] = [engine.ask('slice', CALL), engine.ask('slice', sliced)];
    assert.deepEqual(part, whole);
  });
}

test('sliceRequest() leaves out entities and context that no policy looks at', () => {
  const { context, entities } = sliceRequest(CALL, new Set(['region']), false);
  assert.deepEqual(context, { region: 'eu' });
  assert.deepEqual(
    entities.map(({ uid, attrs }) => [uid, attrs]),
    [[{ type: 'Person', id: 'p' }, {}]],
  );
});
