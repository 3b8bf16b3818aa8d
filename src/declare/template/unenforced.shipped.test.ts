import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseTemplate } from './parse-template.ts';
import { folderReader } from './read-template-folder.ts';
import { isSystemName } from './system-streams.ts';
import { heldBy, unenforcedOf } from './unenforced.ts';
import type { Template } from './types.ts';

const templates = fileURLToPath(new URL('../../../templates', import.meta.url));

function load(name: string): Template {
  const folder = `${templates}/${name}`;
  const text = readFileSync(`${folder}/template.yaml`, 'utf8');
  const parsed = parseTemplate({ path: 'template.yaml', text }, folderReader(folder, templates));
  assert.ok('template' in parsed, JSON.stringify(parsed));
  return parsed.template;
}

for (const name of ['demo', 'industry/building', 'industry/factory', 'industry/healthcare', 'industry/logistics']) {
  test(`parseTemplate() takes the shipped template ${name}, all of whose streams start`, () => {
    const template = load(name);
    for (const stream of template.streams.values()) assert.deepEqual(heldBy(template, stream), [], stream.name);
  });

  test(`unenforcedOf() needs every mark of the shipped template ${name}`, () => {
    const template = load(name);
    const needed = new Set(unenforcedOf(template).flatMap((unenforced) => unenforced.streams));
    const marked = [...template.streams.values()].filter((stream) => stream.acceptUnenforced);
    for (const { name: stream } of marked) {
      assert.ok(needed.has(stream), `${stream}: everything is enforced, take out \`unenforced: accept\``);
    }
  });

  test(`the shipped template ${name} describes every device type, stream, view and role`, () => {
    const { devices, streams, views, people } = load(name);
    for (const section of [devices, streams, views, people]) {
      for (const item of (section as ReadonlyMap<string, { name: string; description: string | null }>).values()) {
        assert.ok(isSystemName(item.name) || item.description !== null, item.name);
      }
    }
  });

  test(`the shipped template ${name} has the rules of the package that have something to see there`, () => {
    const { rules, streams, people } = load(name);
    assert.ok(rules!.has('cloned-identity') && rules!.has('clock-beyond') && rules!.has('guessed-tokens'));
    const fields = [...streams.values()].filter((stream) => !isSystemName(stream.name)).flatMap((one) => one.fields);
    assert.equal(
      rules!.has('originals-in-bulk'),
      fields.some(({ tokenise }) => tokenise !== undefined),
    );
    if (name === 'demo') return;
    assert.ok(rules!.has('backups-stopped'));
    assert.equal(
      rules!.has('commands-to-many'),
      [...people.values()].some(({ may }) => may.includes('command')),
    );
  });
}

test('a template that extends a shipped one has its rules, and takes one out by its name', () => {
  const text = 'template: 1\nname: mine\nextends: industry/factory\nregion: eu\nrules:\n  probed-ports:\n';
  const parsed = parseTemplate({ path: 'weir.yaml', text }, folderReader('/nonexistent-weir', templates));
  assert.ok('template' in parsed);
  const names = new Set(parsed.template.rules!.keys());
  assert.deepEqual(new Set(load('industry/factory').rules!.keys()).difference(names), new Set(['probed-ports']));
});

test('a template that extends a shipped one takes its files along', () => {
  const text = 'template: 1\nname: mine\nextends: industry/logistics\nregion: eu';
  const parsed = parseTemplate({ path: 'weir.yaml', text }, folderReader('/nonexistent-weir', templates));
  assert.ok('template' in parsed);
  assert.match(parsed.template.views.get('climate_daily')?.sql ?? '', /GROUP BY ALL$/);
});
