import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { requireTemplate, TemplateVersions } from './template-versions.ts';

const yaml = (high: number): string =>
  `template: 1\nname: t\ndevices: { d: {} }\nstreams: { s: { from: d, fields: { x: { type: number, range: [0, ${high}] } } } }\n`;
const sourceOf = (text: string) => ({ path: 'weir.yaml', text, files: {} });
const none = (): null => null;

test('TemplateVersions keeps every version and opens with the newest in force', async (t) => {
  const clock = frozenClock();
  const { catalogue, keys } = await openKeys(t, clock);
  const open = async () => TemplateVersions.open(catalogue, await keys.rowSealer('people'), clock);
  const versions = await open();
  assert.deepEqual([versions.current, versions.since, versions.all()], [null, 0, []]);
  const [first, second] = [makeTemplate(yaml(1)), makeTemplate(yaml(2))];
  await versions.apply(first, sourceOf(yaml(1)), 'person:a');
  // The clock stands still: the order is kept nonetheless.
  await versions.apply(second, sourceOf(yaml(2)), 'person:a');
  for (const each of [versions, await open()]) {
    assert.equal(each.current?.digest, second.digest);
    assert.equal(each.since, clock.now() + 1);
    assert.deepEqual(
      each.all().map(({ digest }) => digest),
      [first.digest, second.digest],
    );
    assert.deepEqual(each.find(first.digest), first);
    assert.equal(each.find('0'), null);
  }
});

test('TemplateVersions.apply() goes back to an earlier version as to any other', async (t) => {
  const clock = frozenClock();
  const { catalogue, keys } = await openKeys(t, clock);
  const open = async () => TemplateVersions.open(catalogue, await keys.rowSealer('people'), clock);
  const versions = await open();
  for (const high of [1, 2, 1]) await versions.apply(makeTemplate(yaml(high)), sourceOf(yaml(high)), 'person:a');
  assert.equal((await open()).current?.digest, makeTemplate(yaml(1)).digest);
  assert.equal(versions.all().length, 2);
});

test('TemplateVersions.handedIn() gives a version back as it was handed in last, by the beginning of its digest', async (t) => {
  const clock = frozenClock();
  const { catalogue, keys } = await openKeys(t, clock);
  const versions = await TemplateVersions.open(catalogue, await keys.rowSealer('people'), clock);
  const [first, second] = [makeTemplate(yaml(1)), makeTemplate(yaml(2))];
  await versions.apply(first, sourceOf(yaml(1)), 'person:a');
  await versions.apply(second, { ...sourceOf(yaml(2)), files: { 'a.sql': 'select 1' } }, 'person:b');
  await versions.apply(first, sourceOf(`# again\n${yaml(1)}`), 'person:c');
  assert.deepEqual(
    (await versions.applications()).map(({ name, digest, actor }) => [name, digest, actor]),
    [
      ['t', first.digest, 'person:c'],
      ['t', second.digest, 'person:b'],
      ['t', first.digest, 'person:a'],
    ],
  );
  const again = await versions.handedIn(first.digest.slice(0, 12));
  assert.deepEqual(
    [again?.source.text, again?.actor, again?.applied],
    [`# again\n${yaml(1)}`, 'person:c', versions.since],
  );
  assert.deepEqual((await versions.handedIn(second.digest))?.source.files, { 'a.sql': 'select 1' });
  for (const none of ['', first.digest.slice(0, 3), 'xxxx']) assert.equal(await versions.handedIn(none), null, none);
});

test('TemplateVersions leaves text of the template nowhere in the clear', async (t) => {
  const { catalogue, keys } = await openKeys(t);
  const versions = await TemplateVersions.open(catalogue, await keys.rowSealer('people'), frozenClock());
  const text = yaml(1).replace('name: t', 'name: telltale');
  await versions.apply(makeTemplate(text), sourceOf(text), 'person:a');
  const rows = await catalogue.all('SELECT * FROM server_templates');
  assert.equal(rows.length, 1);
  const cells = Object.values(rows[0] ?? {}).map((value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value),
  );
  assert.equal(cells.join(' ').includes('telltale'), false);
});

test('requireTemplate() reads files beside the template before those of the package', () => {
  const text = `${yaml(1)}views: { v: { from: s, sql: v.sql } }\n`;
  const files = { 'v.sql': 'select x from s' };
  assert.equal(requireTemplate({ ...sourceOf(text), files }, none).views.get('v')?.sql, 'select x from s');
  const packaged = requireTemplate(sourceOf(text), (path) => (path === 'v.sql' ? 'select 1' : null));
  assert.equal(packaged.views.get('v')?.sql, 'select 1');
});

test('requireTemplate() names every finding with its place, and takes no inherited name for a file', () => {
  assert.throws(() => requireTemplate(sourceOf('template: 1\nname: t\nstreems: {}\n'), none), {
    code: 'SERVER_TEMPLATE_INVALID',
    message: /weir\.yaml:3:1 .*did you mean streams/,
  });
  const inherited = `${yaml(1)}views: { v: { from: s, sql: toString } }\n`;
  assert.throws(() => requireTemplate(sourceOf(inherited), none), { code: 'SERVER_TEMPLATE_INVALID' });
});
