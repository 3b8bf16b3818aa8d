import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpora, requireProgram } from '../support/outside.ts';
import { OwnPorts } from '../support/own-ports.ts';
import { runProgram } from '../support/run-program.ts';
import { Walk } from './walk-harness.ts';

test('the walk through the watch shows what it says', async (t) => {
  for (const program of ['python3', 'openssl']) requireProgram(t, program);
  await using ports = await OwnPorts.claim(1);
  const here = (text: string): string => text.replaceAll('8099', String(ports.ports[0]));
  await using walk = await Walk.begin(t, 'docs/walks/watch.md', { up: ['--recovery-kit', 'kit'], here });
  await walk.run(t);
  assert.match(walk.printed, /the state of the watch is damaged: baselines that it names are learnt anew/);
  await t.test('yanglint takes the profile that was learnt', async (own) => {
    const yanglint = requireProgram(own, 'yanglint');
    const yang = corpora(own, 'standards/mud/yang');
    const modules = ['ietf-access-control-list@2019-03-04', 'ietf-acldns', 'ietf-mud'];
    const files = [...modules.map((name) => `${yang}/${name}.yang`), walk.place.path('lamp.mud.json')];
    const read = await runProgram({ command: yanglint, arguments: ['-p', yang, '-f', 'json', ...files] }, 60_000);
    assert.equal(read.errors, '');
    assert.match(read.output, /maker\.example/);
  });
});
