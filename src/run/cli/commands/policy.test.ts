import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasCode } from '#base/core/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { runCommand } from '../testing.ts';
import { addPolicyCommand } from './policy.ts';

const TEMPLATE = `
template: 1
name: mine
devices: { truck: {} }
streams:
  climate: { from: truck, purposes: [quality], fields: { t: { type: number }, place: { type: number, class: location } } }
people:
  scientist: { query: [climate], purposes: [quality] }
  keeper: { may: [administer] }
policies: [extra.cedar]
`;
const FORBID = `@id("bound")
@description("administrators sign in with a key of their own")
forbid (principal in Role::"keeper", action == Action::"administer", resource) unless {
  context has authentication && context.authentication != Strength::"bearer"
};
`;

async function place(t: Parameters<typeof temporaryFolder>[0], extra = FORBID, template = TEMPLATE) {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'weir.yaml');
  await writeFile(file, template);
  await writeFile(join(folder, 'extra.cedar'), extra);
  return { file, folder, run: (...words: string[]) => runCommand(addPolicyCommand, ...words, '--template', file) };
}

test('weir policy check names file, line and column of what is wrong', async (t) => {
  const { run } = await place(t);
  assert.match((await run('policy', 'check')).out, /^\d+ policies are right, 1 files among them/);
  const wrong = await place(t, 'permit (principal,\n  action == Action::"qery", resource);');
  await assert.rejects(
    wrong.run('policy', 'check'),
    (error) => hasCode(error, 'CLI_TEMPLATE_INVALID') && /extra\.cedar:2:13: .*qery/.test((error as Error).message),
  );
});

test('weir policy schema prints what the template implies', async (t) => {
  assert.match((await (await place(t)).run('policy', 'schema')).out, /^entity Role enum \["scientist", "keeper"/m);
});

test('weir policy explain names the policies in words', async (t) => {
  const { run } = await place(t);
  const { out } = await run('policy', 'explain', 'scientist', 'query', 'climate', '--purpose', 'quality');
  assert.match(out, /^role:scientist may query view:climate for quality: .* \(people\.scientist\.query\)$/m);
  assert.match(out, /^ {2}people\.scientist\.sees: scientist sees public, operational and tokens of identifiers$/m);
  assert.match(out, /^ {2}does not see place: no role sees its class$/m);
  const denied = await run('policy', 'explain', 'role:keeper', 'administer', 'platform');
  assert.match(denied.out, /may not administer platform:\*.*\n {2}policies\.bound: administrators sign in with a key/);
  const strong = await run('policy', 'explain', 'keeper', 'administer', 'platform', '--strength', 'bound');
  assert.match(strong.out, /may administer/);
  for (const words of [
    ['a b', 'query', 'x'],
    ['scientist', 'fly', 'x'],
    ['keeper', 'administer', 'x'],
  ])
    await assert.rejects(run('policy', 'explain', ...words), (error) => hasCode(error, 'CLI_POLICY_UNCLEAR'));
});

test('weir policy who-can lists who may', async (t) => {
  const { run } = await place(t);
  const { out } = await run('policy', 'who-can', 'query', 'climate');
  assert.match(out, /role:scientist/);
  assert.match(out, /operator/);
  assert.doesNotMatch(out, /role:keeper|device:/);
  assert.match((await run('policy', 'who-can', 'publish', 'climate')).out, /device:truck/);
  assert.equal((await run('policy', 'who-can', 'erase', 'person')).out, 'nobody\n');
});

test('weir policy diff says what becomes allowed and denied', async (t) => {
  const { file } = await place(t);
  const wider = await place(
    t,
    FORBID,
    TEMPLATE.replace('purposes: [quality] }\n', 'purposes: [quality], sees: [operational, location] }\n'),
  );
  const diff = (a: string, b: string) => runCommand(addPolicyCommand, 'policy', 'diff', a, b);
  assert.equal((await diff(file, file)).out, 'nothing changes\n');
  const { out } = await diff(file, wider.file);
  assert.match(out, /^changed +role:scientist +query +view:climate +quality +bearer +place/m);
  assert.match((await diff(wider.file, file)).out, /^changed +role:scientist +query .* place *$/m);
});

test('weir policy test runs cases and fails where one does not hold', async (t) => {
  const { run, folder } = await place(t);
  const cases = join(folder, 'cases.yaml');
  await writeFile(
    cases,
    'cases:\n- { who: role:scientist, may: query, on: climate, for: quality, expect: allow, sees: [t], hides: [place] }\n' +
      '- { who: role:keeper, may: administer, expect: deny }\n',
  );
  const held = await run('policy', 'test', cases);
  assert.deepEqual([held.out, held.status], ['2 of 2 cases hold\n', 0]);
  await writeFile(cases, 'cases: [{ name: open, who: role:scientist, may: query, on: climate, expect: deny }]\n');
  const failed = await run('policy', 'test', cases);
  assert.match(failed.out, /^FAIL open: expected deny; role:scientist may query.*\n0 of 1 cases hold$/m);
  assert.equal(failed.status, 1);
  await assert.rejects(run('policy', 'test', join(folder, 'none')), (error) => hasCode(error, 'CLI_FILE_UNREADABLE'));
});
