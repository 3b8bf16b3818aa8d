import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytes, seconds } from '#base/core/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { executePlan } from '../execute/execute-plan.ts';
import { StatementParser } from '../execute/parse-statement.ts';
import { SegmentFiles } from '../execute/segment-files.ts';
import { openSegmentFile } from '../execute/open-segment-file.ts';
import { resolveRelations } from '../views.ts';
import { systemClock } from '#base/core/index.ts';
import { privateAccess } from './private-view.ts';

const parser = await StatementParser.open();
after(() => parser.close());
const files = new SegmentFiles({ open: openSegmentFile, clock: systemClock, budget: bytes(1), idle: seconds(1) });

async function resolve(sql: string, { keys = '', privacy = 'epsilon: 1' } = {}) {
  const template = makeTemplate(`
devices: { d: {} }
streams:
  s:
    from: d
    purposes: [care]
    subject: who
    unenforced: accept
    privacy: { ${privacy} }
    fields:
      who: { type: text, class: personal }
      x: { type: number, range: [0, 8] }
      half: { type: number, range: [0, null] }
      thin: { type: number, range: [9007199254740992, 9007199254740994] }
      n: { type: integer, range: [1, 3] }
      ok: { type: boolean }
      line: { type: text, enum: [north, south] }
      name: { type: text }
views: { v: { from: s, sql: ${JSON.stringify(sql)}, private: true${keys} } }
people: { p: { query: [v], purposes: [care] } }
`);
  const run = async (plan: Parameters<typeof executePlan>[0], format: Parameters<typeof executePlan>[1]) => {
    const parts: Uint8Array[] = [];
    const sink = { write: (part: Uint8Array) => void parts.push(part) };
    await executePlan(plan, format, { files, askKeys: async () => [] }, sink, new AbortController().signal);
    return Buffer.concat(parts);
  };
  return resolveRelations(template, [], { parse: (text) => parser.parse(text), run });
}

test('describePrivateView() takes bounds, keys and owner from the template', async () => {
  const { relations, problems } = await resolve('select x, half, thin, n, ok, line as way, name from s where x < 7', {
    keys: ', keys: { name: [a, b] }',
  });
  assert.deepEqual(problems, []);
  const view = relations.get('v')?.private;
  assert.equal(view?.owner, 'who');
  assert.deepEqual(
    view?.columns.map(({ name, range, keys }) => [name, range, keys]),
    [
      ['x', [0, 8], null],
      ['half', null, null],
      ['thin', null, null],
      ['n', [1, 3], ['1', '2', '3']],
      ['ok', null, ['false', 'true']],
      ['way', null, ['north', 'south']],
      ['name', null, ['a', 'b']],
    ],
  );
});

test('describePrivateView() wants a view row by row', async () => {
  for (const sql of [
    'select x + 1 as y from s',
    'select avg(x) as y from s',
    'select distinct x from s',
    'select x from s limit 3',
    'select x from (select * from s)',
    'select s.x from s join s as t on s.device = t.device',
    'select x from s where x > (select avg(x) from s)',
    'select x from s qualify row_number() over () = 1',
    'select x as _grid_n, n from s',
  ]) {
    const { problems } = await resolve(sql);
    assert.match(problems[0]?.message ?? '', /Cannot define/, sql);
  }
  const listed = await resolve('select x from s', { keys: ', keys: { name: [a] }' });
  assert.match(listed.problems[0]?.message ?? '', /`keys` names name/);
  const renewed = await resolve('select x from s', { privacy: 'epsilon: 1, renew: 30d' });
  assert.match(renewed.problems[0]?.message ?? '', /shows `received`/);
  assert.deepEqual((await resolve('select received, x from s', { privacy: 'epsilon: 1, renew: 30d' })).problems, []);
});

test('privateAccess() lets a pass name the rows with their owner, and nothing else', async () => {
  const { relations } = await resolve('select * from s');
  const relation = relations.get('v');
  assert.ok(relation?.private !== undefined);
  const grants = new Map([
    [
      'v',
      {
        columns: [
          { name: 'x', mask: null },
          { name: 'name', mask: 'hash' },
        ],
        rowFilter: null,
      },
    ],
  ]);
  const access = privateAccess(relation, relation.private, { relations, grants });
  assert.deepEqual([...access.relations.keys()], ['s', '_private']);
  assert.deepEqual(
    access.grants.get('_private')?.columns.map(({ name }) => name),
    ['_owner', '_grid_x', 'x'],
  );
});

test('privateAccess() has values on a grid beside those with bounds that are seen in clear, in the stream too', async () => {
  const { relations } = await resolve('select x as y, half, n from s');
  const relation = relations.get('v');
  assert.ok(relation?.private !== undefined);
  const clear = (...names: string[]) => ({ columns: names.map((name) => ({ name, mask: null })), rowFilter: null });
  const ofView = clear('y', 'half', 'n');
  const open = privateAccess(relation, relation.private, { relations, grants: new Map([['v', ofView]]) });
  assert.deepEqual([...open.onGrid], ['y', 'n']);
  const made = open.relations.get('s')?.columns.flatMap(({ name, grid }) => (grid === undefined ? [] : [[name, grid]]));
  assert.deepEqual(made, [
    ['_grid_x', { of: 'x', low: 0, high: 8, most: 2 ** 20 }],
    ['_grid_n', { of: 'n', low: 1, high: 3, most: 2 }],
  ]);
  // What the stream shows through a mask, the view does too: the row's value would be on the grid without it.
  const masked = { columns: [{ name: 'x', mask: 'round:1' }, { name: 'n', mask: null }], rowFilter: null }; // prettier-ignore
  const grants = new Map([['v', ofView], ['s', masked]]); // prettier-ignore
  const half = privateAccess(relation, relation.private, { relations, grants });
  assert.deepEqual([...half.onGrid], ['n']);
  assert.ok(half.grants.get('s')?.columns.every(({ name }) => name !== '_grid_x'));
  const without = new Map([['v', ofView], ['s', clear('n')]]); // prettier-ignore
  assert.deepEqual([...privateAccess(relation, relation.private, { relations, grants: without }).onGrid], ['n']);
});
