import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Workplace } from './cli-harness.ts';

test('weir init lists industries and writes a template that is right as it stands', async (t) => {
  const place = await Workplace.make(t);
  const listed = await place.json<{ name: string; description: string }[]>('init');
  const names = listed.map(({ name }) => name);
  assert.ok(['building', 'factory', 'healthcare', 'logistics'].every((name) => names.includes(name)));
  assert.ok(listed.every(({ description }) => description.length > 10));
  for (const name of names) {
    assert.match(await place.done('init', '--industry', name, name), /^wrote /);
    const plan = await place.json<{ meaning: { name: string }; proposal: null }>(
      'plan',
      '--template',
      `${name}/weir.yaml`,
    );
    assert.deepEqual([plan.meaning.name, plan.proposal], [name, null]);
  }
});

test('weir init leaves a file that is there as it is', async (t) => {
  const place = await Workplace.make(t);
  await writeFile(place.path('weir.yaml'), 'mine');
  const { status, stderr } = await place.weir('init', '--industry', 'factory');
  assert.equal(status, 1);
  assert.match(stderr, /\[CLI_FILE_EXISTS\]/);
  assert.equal(await readFile(place.path('weir.yaml'), 'utf8'), 'mine');
});

test('weir init names the nearest industry', async (t) => {
  const place = await Workplace.make(t);
  const { status, stderr } = await place.weir('init', '--industry', 'logistic');
  assert.equal(status, 2);
  assert.match(stderr, /did you mean logistics/);
});

test('weir plan names file, line, column and the nearest spelling of what is wrong', async (t) => {
  const place = await Workplace.make(t);
  await place.init('factory');
  const text = await readFile(place.path('weir.yaml'), 'utf8');
  const lines = `${text}\nstreams:\n  pump:\n    fields:\n      pressure: { rnage: [0, 5] }\n`;
  await writeFile(place.path('weir.yaml'), lines);
  const line = lines.split('\n').findIndex((one) => one.includes('rnage')) + 1;
  const { status, stdout, stderr } = await place.weir('plan');
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, new RegExp(`weir\\.yaml:${line}:19: .*did you mean \`range\``));
  assert.match(stderr, /\[CLI_TEMPLATE_INVALID\]/);
});

test('weir plan without a template says how to get one', async (t) => {
  const place = await Workplace.make(t);
  const { status, stderr } = await place.weir('plan');
  assert.equal(status, 1);
  assert.match(stderr, /hint: .*init --industry/);
});

interface Change {
  readonly path: string;
  readonly effect: string;
}

test('a changed template is a proposal until it is applied', async (t) => {
  const place = await Workplace.make(t);
  await place.init('logistics');
  await using platform = await place.up();
  const original = await readFile(place.path('weir.yaml'), 'utf8');
  const change = (yaml: string): Promise<void> => writeFile(place.path('weir.yaml'), `${original}\n${yaml}`);
  const planned = async (): Promise<readonly Change[]> =>
    (await place.json<{ proposal: { changes: Change[] } }>('plan')).proposal.changes;

  await t.test('what runs as it is changes nothing', async () => {
    assert.deepEqual(await planned(), []);
    assert.match(await place.done('apply'), /^nothing to change/);
  });

  await t.test('a change that protects more is applied as it is', async () => {
    await change('streams:\n  climate:\n    fields:\n      temperature: { range: [-30, 50] }\n');
    assert.deepEqual(
      (await planned()).map(({ path }) => path),
      ['streams.climate.fields.temperature.range'],
    );
    assert.match(await place.done('plan'), /it would change\n/);
    assert.match(await place.done('apply'), /is in force\n$/);
    assert.deepEqual(await planned(), []);
  });

  await t.test('a change that weakens has to be asked for', async () => {
    await change(
      'streams:\n  climate:\n    fields:\n      temperature: { range: [-30, 50] }\n      container: { class: operational }\n',
    );
    const refused = await place.weir('apply');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /container[\s\S]*\[CLI_UNCONFIRMED\]\nhint: .*--yes/);
    assert.match(await place.done('apply', '--yes'), /weakens/);
  });

  await t.test('a change that cannot be made is refused, and what runs stays', async () => {
    await change('streams:\n  climate:\n    fields:\n      door: { type: text }\n');
    const before = await place.json<{ template: { digest: string } }>('status');
    const plan = await place.weir('plan');
    assert.equal(plan.status, 1);
    assert.match(plan.stdout, /^refused +streams\.climate\.fields\.door\.type /m);
    assert.equal((await place.weir('apply', '--yes')).status, 1);
    const after = await place.json<{ template: { digest: string } }>('status');
    assert.equal(after.template.digest, before.template.digest);
  });
  assert.equal(platform.child.exitCode, null);
});
