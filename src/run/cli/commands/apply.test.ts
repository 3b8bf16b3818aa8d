import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { proposalOf, standIn, WEAKENING } from '../testing.ts';
import { addApplyCommand } from './apply.ts';

async function template(t: Parameters<typeof temporaryFolder>[0]): Promise<string> {
  const file = join(await temporaryFolder(t), 'weir.yaml');
  await writeFile(file, 'template: 1\nname: mine\nextends: industry/factory\n');
  return file;
}

test('weir apply tells what of the stored readings is sealed anew', async (t) => {
  const field = { stream: 'a', field: 'x', stored: 'personal', declared: 'health', governs: 'health' };
  const answer = { ...proposalOf([WEAKENING], false), otherClasses: [{ ...field, segments: 2, rows: 70 }] };
  const platform = await standIn(t, { 'POST /v1/template/plan': answer, 'POST /v1/template/apply': answer });
  const { out } = await platform.run(addApplyCommand, 'apply', '--template', await template(t));
  assert.match(out, /^sealed anew from now on\nSTREAM .*\na +x +personal +health +health +2 +70\nversion abab/m);
});

test('weir apply asks before it lets stored readings go, and says how many', async (t) => {
  const answer = { ...proposalOf([WEAKENING], false), goes: [{ stream: 'climate', segments: 3, rows: 70_000 }] };
  const platform = await standIn(t, { 'POST /v1/template/plan': answer, 'POST /v1/template/apply': answer });
  const file = await template(t);
  await assert.rejects(platform.run(addApplyCommand, 'apply', '--template', file), {
    code: 'CLI_UNCONFIRMED',
    message: /climate +3 +70000/,
    hint: /retention hold.* --yes`$/,
  });
  assert.ok(platform.heard.every(({ route }) => !route.endsWith('apply')));
  await platform.run(addApplyCommand, 'apply', '--template', file, '--yes');
  assert.ok(platform.heard.some(({ route }) => route.endsWith('apply')));
});

test('weir apply says all that goes, where it weakens and lets readings go', async (t) => {
  const answer = { ...proposalOf([WEAKENING], true), goes: [{ stream: 'climate', segments: 3, rows: 70_000 }] };
  const platform = await standIn(t, { 'POST /v1/template/plan': answer });
  await assert.rejects(platform.run(addApplyCommand, 'apply', '--template', await template(t)), {
    message: /streams\.a\.keep[\s\S]*climate +3 +70000/,
  });
});

test('weir apply says where another template would be replaced', async (t) => {
  const answer = { ...proposalOf([WEAKENING], true), currentName: 'demo' };
  const platform = await standIn(t, { 'POST /v1/template/plan': answer });
  await assert.rejects(platform.run(addApplyCommand, 'apply', '--template', await template(t)), {
    message: /mine takes the place of demo, which is another template\nit weakens/,
  });
  // It is said where nothing is lost, too, and so nothing is asked.
  const harmless = { ...proposalOf([], false), currentName: 'demo', proposal: null };
  const other = await standIn(t, { 'POST /v1/template/plan': harmless, 'POST /v1/template/apply': harmless });
  const { err } = await other.run(addApplyCommand, 'apply', '--template', await template(t));
  assert.match(err, /mine takes the place of demo, which is another template$/m);
});

test('weir apply asks before it weakens, and sends the template as it is', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/template/plan': proposalOf([WEAKENING], true),
    'POST /v1/template/apply': proposalOf([WEAKENING], true),
  });
  const file = await template(t);
  await assert.rejects(platform.run(addApplyCommand, 'apply', '--template', file), {
    code: 'CLI_UNCONFIRMED',
    message: /streams\.a\.keep/,
    hint: /^Do it all the same with .* --yes`$/,
  });
  assert.ok(platform.heard.every(({ route }) => !route.endsWith('apply')));
  const { out } = await platform.run(addApplyCommand, 'apply', '--template', file, '--yes');
  assert.match(out, /version abababababab is in force\n$/);
  assert.equal((JSON.parse(platform.heard.at(-1)?.body ?? '') as { path: string }).path, 'weir.yaml');
});

test('weir apply proposes without being asked twice where somebody else has to approve', async (t) => {
  const waits = { id: 'one', digest: 'ef'.repeat(32), expires: '2026-01-01T00:00:00Z' };
  const platform = await standIn(t, {
    'POST /v1/template/plan': { ...proposalOf([WEAKENING], true), approval: 1_000 },
    'POST /v1/template/apply': { ...proposalOf([WEAKENING], true), approval: 1_000, proposal: waits },
  });
  const { out } = await platform.run(addApplyCommand, 'apply', '--template', await template(t));
  assert.match(
    out,
    /streams\.a\.keep +it is kept longer\nit waits for somebody else to approve proposal one, until 2026/,
  );
  assert.doesNotMatch(out, /is in force/);
});
