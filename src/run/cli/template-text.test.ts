import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderReader, parseTemplate } from '#declare/template/index.ts';
import { PACKAGE_ROOT } from '#run/server/index.ts';
import { listIndustries, readIndustry } from './industries.ts';
import { templateText } from './template-text.ts';

const TEMPLATES = join(PACKAGE_ROOT, 'templates');

test('templateText() is a template, as it stands and with every hint taken', () => {
  for (const { name } of listIndustries()) {
    const text = templateText('mine', name, readIndustry(name), '../schema.json');
    const hints = text
      .split('\n')
      .map((line) =>
        /^#( {2}| ?\w+:)/.test(line) && !/^# {3}\w+: [A-Za-z ,]+$/.test(line) ? line.replace(/^# ?/, '') : line,
      )
      .join('\n');
    for (const one of [text, hints]) {
      const parsed = parseTemplate({ path: 'weir.yaml', text: one }, folderReader(TEMPLATES, TEMPLATES));
      assert.ok('template' in parsed, `${name}\n${one}\n${JSON.stringify(parsed)}`);
      assert.equal(parsed.template.name, 'mine');
    }
  }
});
