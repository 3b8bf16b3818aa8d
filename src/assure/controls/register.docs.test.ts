import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CONTROLS } from './register.ts';
import { selectControls } from './run-controls.ts';

const PAGE = join(import.meta.dirname, '../../../docs/reference/controls.md');

test('docs/reference/controls.md lists every control as it is', async () => {
  const sections = (await readFile(PAGE, 'utf8')).split(/^### /m).slice(1);
  const listed = sections.map((section) => {
    const line = (name: string): string => new RegExp(`^- ${name}: (.+)$`, 'm').exec(section)?.[1] ?? '';
    assert.ok(line('Probe').length > 20, section);
    assert.ok(!section.includes('*/'), `code among the words of ${section}`);
    return {
      id: /^`(.*)`/.exec(section)?.[1],
      row: line('Row'),
      promise: line('Promise'),
      requirements: [...line('Requirements').matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    };
  });
  const expected = selectControls(
    CONTROLS.map((control) => ({ ...control, last: false })),
    { rows: [], ids: [] },
  ).map(({ id, row, covers, statement, requirements }) => ({
    id,
    row: `${row} (${covers})`,
    promise: statement,
    requirements: [...requirements],
  }));
  assert.deepEqual(listed, expected);
});
