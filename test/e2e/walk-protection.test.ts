import { test } from 'node:test';
import { requireProgram } from '../support/outside.ts';
import { Walk } from './walk-harness.ts';

test('the walk through data under protection shows what it says', async (t) => {
  requireProgram(t, 'curl');
  await using walk = await Walk.begin(t, 'docs/walks/data-under-protection.md', { up: ['--recovery-kit', 'kit'] });
  await walk.run(t);
});
