import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { proposalOf, runCommand, standIn, WEAKENING } from '../testing.ts';
import { addPlanCommand, showChanges, showClasses } from './plan.ts';

async function template(t: Parameters<typeof temporaryFolder>[0]): Promise<string> {
  const file = join(await temporaryFolder(t), 'weir.yaml');
  await writeFile(file, 'template: 1\nname: mine\nextends: industry/factory\n');
  return file;
}

test('showChanges() is a table with long values cut', () => {
  const text = showChanges([WEAKENING]);
  assert.match(text, /^weakens +streams\.a\.keep +x{39}… +it is kept longer$/m);
  assert.equal(showChanges([]), '');
});

test('showClasses() shows both classes, and which of them governs', () => {
  const field = { stream: 'a', field: 'x', stored: 'health', declared: 'public', governs: 'health' } as const;
  assert.match(showClasses([{ ...field, segments: 2, rows: 70 }]), /^a +x +health +public +health +2 +70$/m);
});

test('weir plan tells what a template means, and where none runs only that', async (t) => {
  const file = await template(t);
  const { out, err, status } = await runCommand(addPlanCommand, 'plan', '--template', file, '--data', '/nonexistent');
  assert.match(out, /^template mine, version [0-9a-f]{12}/);
  assert.match(out, /declared and not enforced by this version/);
  assert.match(err, /no platform runs here/);
  assert.ok(err.includes(`-- --template ${file} up`), err);
  assert.equal(status, 0);
});

test('weir plan fails where the change would be refused', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/template/plan': proposalOf([{ ...WEAKENING, effect: 'refused' }], false, true),
  });
  const { out, status } = await platform.run(addPlanCommand, 'plan', '--template', await template(t));
  assert.match(out, /it would change\n/);
  assert.equal(status, 1);
});

test('weir plan says how a change weakens, and that it waits for somebody else', async (t) => {
  const answer = proposalOf([WEAKENING], true);
  for (const [approval, said] of [
    [null, /it weakens, and needs --yes\n/],
    [1_000, /it weakens, and waits for a second person\nWEAKENS .*\nstreams\.a\.keep /],
  ] as const) {
    const platform = await standIn(t, { 'POST /v1/template/plan': { ...answer, approval } });
    const { out, err } = await platform.run(addPlanCommand, 'plan', '--template', await template(t));
    assert.match(out, said);
    assert.match(err, approval === null ? / apply --yes / : / apply --data/);
  }
});

test('weir plan names the platform and the template that it compares with, and says where they are of another name', async (t) => {
  const platform = await standIn(t, { 'POST /v1/template/plan': proposalOf([WEAKENING], true) });
  const at = join(platform.data, 'run', 'address.json');
  await writeFile(at, JSON.stringify({ ...platform.address, demo: false }));
  const plan = async (...words: string[]) =>
    platform.run(addPlanCommand, 'plan', '--template', await template(t), ...words);
  const own = await plan();
  assert.ok(
    own.out.includes(
      `compared with template mine, version cdcdcdcdcdcd, in force in the platform on ${platform.data}\n`,
    ),
  );
  assert.doesNotMatch(own.out, /take the place/);
  const json = JSON.parse((await plan('--json')).out) as { platform: object };
  assert.deepEqual(json.platform, { data: platform.data, demo: false });

  const demo = await standIn(t, {
    'POST /v1/template/plan': { ...proposalOf([WEAKENING], true, true), currentName: 'demo' },
  });
  // It runs in this folder, and nobody named it.
  const folder = await temporaryFolder(t);
  await symlink(demo.data, join(folder, 'weir-demo'));
  const before = process.cwd();
  process.chdir(folder);
  t.after(() => process.chdir(before));
  const other = await runCommand(addPlanCommand, 'plan', '--template', await template(t));
  assert.ok(
    other.out.includes(`template demo, version cdcdcdcdcdcd, in force in the demo on ${join(folder, 'weir-demo')}\n`),
    other.out,
  );
  assert.equal(other.status, 0, 'what a demo would refuse says nothing of the template');
  assert.match(other.out, /^it is not the template of that name: applied there, mine would take the place of demo$/m);
  assert.match(other.err, / up/);
  assert.doesNotMatch(other.err, / apply/);
  const named = await demo.run(addPlanCommand, 'plan', '--template', await template(t));
  assert.equal(named.status, 1, 'where the demo is named it is what the template is for');
  assert.doesNotMatch(named.err, / up/);
});
