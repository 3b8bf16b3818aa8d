import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { chooseTemplate, DEMO_TEMPLATE, readTemplate } from './template-source.ts';

test('readTemplate() gathers the files beside a template and none of the package', async (t) => {
  const { template, source } = readTemplate(DEMO_TEMPLATE);
  assert.equal(template.name, 'demo');
  assert.deepEqual(Object.keys(source.files).toSorted(), ['climate_daily.sql', 'pump_minutely.sql']);
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'weir.yaml'), 'template: 1\nname: mine\nextends: [industry/factory, parts/base.yaml]\n');
  await mkdir(join(folder, 'parts'));
  await writeFile(join(folder, 'parts', 'base.yaml'), 'template: 1\nname: base\nregion: eu\n');
  const extended = readTemplate(join(folder, 'weir.yaml'));
  assert.deepEqual(Object.keys(extended.source.files), ['parts/base.yaml']);
  assert.equal(extended.source.path, 'weir.yaml');
});

test('readTemplate() names each finding with the folder as it was given', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'weir.yaml'), 'template: 1\nname: mine\nregoin: eu\n');
  assert.throws(
    () => readTemplate(join(folder, 'weir.yaml')),
    (error: { code: string; message: string }) => {
      assert.equal(error.code, 'CLI_TEMPLATE_INVALID');
      assert.ok(error.message.includes(`${join(folder, 'weir.yaml')}:3:1: `), error.message);
      assert.match(error.message, /did you mean `region`/);
      return true;
    },
  );
  assert.throws(() => readTemplate(join(folder, 'none.yaml')), { code: 'CLI_FILE_UNREADABLE' });
});

test('chooseTemplate() takes what is named, else the demo’s for a demo', () => {
  assert.equal(chooseTemplate('a.yaml', undefined), 'a.yaml');
  assert.equal(chooseTemplate(undefined, 'here/weir-demo'), DEMO_TEMPLATE);
  assert.equal(chooseTemplate(undefined, 'here/data'), 'weir.yaml');
});
