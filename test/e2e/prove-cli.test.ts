import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { ControlOutcome } from '#assure/controls/index.ts';
import { CONTROLS, evidenceKeys, verifyEvidence } from '#assure/controls/index.ts';
import { Workplace } from './cli-harness.ts';

/** The template asks for no signatures of requests and no consent, and has no private view; no backup was made yet. */
const NOTHING_TO_TRY = [
  'signed-requests-count-once',
  'backups-are-whole',
  'private-views-keep-their-budget',
  'consent-is-asked',
  'data-stay-in-their-region',
];

describe('weir prove', () => {
  it('tells of a platform that was just made, as a table, as JSON and as a signed bundle', async (t) => {
    const workplace = await Workplace.make(t);
    await workplace.init('logistics');
    await using _platform = await workplace.up();
    // All rows are tried on other platforms, over the API and in the tour.
    const rows = new Set(CONTROLS.filter(({ id }) => NOTHING_TO_TRY.includes(id)).map(({ row }) => row));
    const tried = CONTROLS.filter(({ row }) => rows.has(row)).map(({ id }) => id);
    const words = [...rows].flatMap((row) => ['--row', String(row)]);
    const { status, stdout, stderr } = await workplace.weir('prove', ...words, '--bundle', 'evidence.json');
    assert.equal(status, 0, stdout + stderr);
    const none = NOTHING_TO_TRY.length;
    assert.ok(stdout.includes(`${tried.length - none} pass, 0 fail, ${none} not applicable`), stdout);
    for (const id of NOTHING_TO_TRY) assert.match(stdout, new RegExp(`${id} +(?:part|whole) +not-applicable`));
    for (const id of tried) assert.ok(stdout.includes(id), id);
    const bundle = await readFile(workplace.path('evidence.json'), 'utf8');
    const { controls } = verifyEvidence(bundle, evidenceKeys(bundle));
    assert.deepEqual(controls.map(({ id }) => id).toSorted(), tried.toSorted());

    // Runs begin at most every ten seconds, and the first may have taken less.
    let second = await workplace.weir('prove', '--row', '31', '--json');
    for (let tries = 0; second.status !== 0 && tries < 60; tries++) {
      assert.match(second.stderr, /API_PROVE_BUSY/);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      second = await workplace.weir('prove', '--row', '31', '--json');
    }
    const json = JSON.parse(second.stdout) as { controls: ControlOutcome[] };
    assert.deepEqual(
      json.controls.map(({ id, row, covers, outcome }) => [id, row, covers, outcome]),
      [
        ['log-is-verifiable', 31, 'part', 'pass'],
        ['reads-are-logged', 31, 'part', 'pass'],
      ],
    );
  });
});
