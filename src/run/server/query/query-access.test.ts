import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DecisionPoint } from '#declare/policy/index.ts';
import type { Subject } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import { resolveRelations, StatementParser } from '#flow/query/index.ts';
import type { AstNode, Relations } from '#flow/query/index.ts';
import type { Segment } from '#flow/store/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { makeSegment } from '../control/testing.ts';
import { decideAccess, decideExport, impliedPurpose } from './query-access.ts';
import { SYSTEM_RELATIONS } from './system-relations.ts';

const TEMPLATE = makeTemplate(`
devices: { d: {} }
streams:
  climate:
    from: d
    purposes: [quality, maintenance]
    fields:
      site: { type: text }
      temperature: { type: number }
      latitude: { type: number, class: location }
  pump: { from: d, purposes: [maintenance], fields: { current: { type: number } } }
  motor:
    from: d
    purposes: [quality, maintenance]
    fields: { n: { type: number }, vibration: { type: number, purposes: [maintenance] } }
  secretive: { from: d, purposes: [espionage], fields: { n: { type: number } } }
people:
  scientist: { query: [climate, pump], purposes: [quality, maintenance] }
  local: { query: [climate], purposes: [quality], rows: { climate: "site = 'north'" } }
  dispatcher: { query: [climate], purposes: [quality], masks: { climate.latitude: 'round:2' } }
  security: { query: [_devices] }
  fitter: { query: [motor], purposes: [quality, maintenance] }
`);

const decisions = new DecisionPoint();
let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

/** Relations of a template without views, which need no engine to be resolved. */
async function relationsOf(template: Template): Promise<Relations> {
  const unused = (): Promise<never> => Promise.reject(new Error('there are no views'));
  const { relations } = await resolveRelations(template, Object.values(SYSTEM_RELATIONS), {
    parse: unused,
    run: unused,
  });
  return relations;
}

const person = (...roles: string[]): Subject => ({
  id: 'p1',
  kind: 'person',
  roles,
  standing: 'good',
  deviceType: null,
});

const parseCondition = (condition: string): Promise<AstNode | null> => parser.parseCondition(condition);

async function access(
  roles: string[],
  purpose: string | null,
  segments: readonly Segment[] = [],
  parse = parseCondition,
) {
  const relations = await relationsOf(TEMPLATE);
  return decideAccess(person(...roles), purpose, { template: TEMPLATE, decisions, relations }, segments, parse);
}

type Access = Awaited<ReturnType<typeof access>>;

const columnsOf = ({ grants }: Access, relation: string): string[] | undefined =>
  grants.get(relation)?.columns.map(({ name, mask }) => (mask === null ? name : `${name} ${mask}`));

test('decideAccess() grants the relations of the roles, with the columns that they see', async () => {
  const granted = await access(['scientist'], 'quality');
  assert.deepEqual([...granted.grants.keys()], ['climate']);
  assert.deepEqual(columnsOf(granted, 'climate')?.slice(-2), ['site', 'temperature']);
  assert.equal(granted.grants.get('climate')?.rowFilter, null);
  assert.deepEqual([...(await access(['security'], null)).grants.keys()], ['_devices']);
  assert.equal((await access([], 'quality')).grants.size, 0);
});

test('decideAccess() tells relations that another purpose would open from those that do not exist', async () => {
  const granted = await access(['scientist'], 'quality');
  assert.deepEqual([...granted.otherPurpose], ['pump']);
  const foreign = await access(['scientist'], 'marketing');
  assert.deepEqual([[...foreign.grants.keys()], [...foreign.otherPurpose]], [[], ['climate', 'pump']]);
});

test('decideAccess() hides a column that some segment was sealed under a stricter class for', async (t) => {
  const { keys } = await openKeys(t);
  const open = { site: 'operational', temperature: 'operational' } as const;
  const segments = [
    await makeSegment(keys, { id: 's1', columns: { ...open, site: 'personal' } }),
    await makeSegment(keys, { id: 's2', columns: open }),
    await makeSegment(keys, { id: 's3', stream: 'pump', columns: { current: 'health' } }),
  ];
  for (const order of [segments, segments.toReversed()]) {
    const granted = await access(['scientist'], 'maintenance', order);
    assert.ok(!columnsOf(granted, 'climate')?.includes('site'));
    assert.ok(columnsOf(granted, 'climate')?.includes('temperature'));
    assert.ok(!columnsOf(granted, 'pump')?.includes('current'));
  }
});

test('decideAccess() does not open a column that was sealed under a less strict class', async (t) => {
  const { keys } = await openKeys(t);
  const segment = await makeSegment(keys, { id: 's1', columns: { latitude: 'public' } });
  assert.ok(!columnsOf(await access(['scientist'], 'quality', [segment]), 'climate')?.includes('latitude'));
});

test('decideAccess() shows identifiers by the view where all that is stored are tokens, in views over them too', async (t) => {
  const { keys } = await openKeys(t);
  const template = makeTemplate(
    `
devices: { d: {} }
streams: { s: { from: d, purposes: [quality], fields: { serial: { type: text, class: identifier } } } }
views: { v: { from: s, sql: v.sql, purposes: [quality] } }
people: { r: { query: [s, v], purposes: [quality] } }
`,
    { 'v.sql': 'select serial from s' },
  );
  const relations = new Map(await relationsOf({ ...template, views: new Map() }));
  const stream = relations.get('s') ?? assert.fail('s is a stream');
  const own = stream.columns.filter(({ name }) => name === 'serial');
  relations.set('v', { ...stream, name: 'v', kind: 'view', from: ['s'], columns: own });
  const segment = await makeSegment(keys, { id: 's1', stream: 's', columns: { serial: 'identifier' } });
  const columns = segment.columns.map((column) => ({ ...column, tokens: { domain: 's', version: 1 } }));
  const granted = async (segments: readonly Segment[], unsealed: readonly string[]) => {
    const declared = { template, decisions, relations, unsealed: () => new Set(unsealed) };
    const { grants } = await decideAccess(person('r'), 'quality', declared, segments, parseCondition);
    return ['s', 'v'].map((name) => grants.get(name)?.columns.some((column) => column.name === 'serial') ?? false);
  };
  assert.deepEqual(await granted([{ ...segment, columns }], []), [true, true]);
  assert.deepEqual(await granted([{ ...segment, columns }, segment], []), [false, false]);
  assert.deepEqual(await granted([], ['serial']), [false, false]);
});

test('decideAccess() hands masks on', async () => {
  const granted = await access(['dispatcher'], 'quality');
  assert.ok(columnsOf(granted, 'climate')?.includes('latitude round:2'));
});

test('decideAccess() binds row filters, and hides the relation where one cannot be applied', async () => {
  assert.notEqual((await access(['local'], 'quality')).grants.get('climate')?.rowFilter, null);
  const asked: string[] = [];
  for (const answer of [null, await parser.parseCondition('nowhere = 1')]) {
    const granted = await access(['local'], 'quality', [], async (condition) => {
      asked.push(condition);
      return answer;
    });
    assert.equal(granted.grants.size, 0);
  }
  assert.deepEqual(asked, ["(site = 'north')", "(site = 'north')"]);
});

test('decideAccess() hides a view over a relation whose filter cannot be applied', async () => {
  const template = makeTemplate(
    `
devices: { d: {} }
streams: { s: { from: d, purposes: [quality], fields: { site: { type: text } } } }
views: { v: { from: s, sql: v.sql, purposes: [quality] }, w: { from: v, sql: w.sql, purposes: [quality] } }
people: { local: { query: [s, v, w], purposes: [quality], rows: { s: "site = 'north'" } } }
`,
    { 'v.sql': 'select site from s', 'w.sql': 'select site from v' },
  );
  const relations = new Map(await relationsOf({ ...template, views: new Map() }));
  const stream = relations.get('s') ?? assert.fail('s is a stream');
  // As resolved views are, but for their definitions, which access does not look at.
  for (const [name, from] of [
    ['v', 's'],
    ['w', 'v'],
  ] as const)
    relations.set(name, { ...stream, name, kind: 'view', from: [from] });
  const decide = async (parse: typeof parseCondition): Promise<string[]> => {
    const declared = { template, decisions, relations };
    return [...(await decideAccess(person('local'), 'quality', declared, [], parse)).grants.keys()];
  };
  assert.deepEqual(await decide(parseCondition), ['s', 'v', 'w']);
  assert.deepEqual(await decide(async () => null), []);
});

test('impliedPurpose() is the only one that the named relations share', async () => {
  const declared = { template: TEMPLATE, decisions, relations: await relationsOf(TEMPLATE) };
  const implied = (sql: string, subject = person('scientist')): string | null => impliedPurpose(sql, subject, declared);
  assert.equal(implied('select * from PUMP'), 'maintenance');
  assert.equal(implied('select * from pump join climate using (device)'), 'maintenance');
  assert.equal(implied('select * from climate'), null);
  assert.equal(implied('select 1'), null);
  assert.equal(implied('select pumpkin from climate_pump'), null);
});

test('impliedPurpose() does not depend on relations that do not exist for the subject', async () => {
  const declared = { template: TEMPLATE, decisions, relations: await relationsOf(TEMPLATE) };
  const sql = 'select * from pump -- secretive';
  assert.equal(impliedPurpose(sql, person('scientist'), declared), 'maintenance');
  assert.equal(impliedPurpose('select * from secretive', person('scientist'), declared), null);
});

test('decideAccess() shows a column for the purposes that it is for alone', async () => {
  const maskOf = async (purpose: string): Promise<string | null | undefined> =>
    (await access(['fitter'], purpose)).grants.get('motor')?.columns.find(({ name }) => name === 'vibration')?.mask;
  assert.equal(await maskOf('maintenance'), null);
  assert.equal(await maskOf('quality'), 'null');
  const { relations } = await access(['fitter'], 'quality');
  const hidden = relations.get('motor')?.columns.filter((column) => column.hidden === true);
  assert.deepEqual(
    hidden?.map(({ name }) => name),
    ['vibration'],
  );
});

test('decideExport() decides about a stream as it is stored, and says what its rows are under', async () => {
  const template = makeTemplate(`
devices: { d: {} }
streams:
  pump: { from: d, purposes: [care], fields: { n: { type: number }, at_home: { type: text, class: location } } }
people:
  exporter: { query: all, purposes: [care], may: [export] }
  scientist: { query: [pump], purposes: [care] }
`);
  const relations = await relationsOf(template);
  const declared = { template, decisions, relations };
  const exported = (role: string, of: string) => decideExport(person(role), of, 'care', declared, []);
  const { decision, obligation } = exported('exporter', 'pump') ?? {};
  assert.deepEqual([decision?.effect, decision?.obligations?.rowFilter, obligation], ['allow', null, null]);
  assert.ok(!decision?.obligations?.columns.some(({ name }) => name === 'at_home'));
  assert.equal(exported('scientist', 'pump')?.decision.effect, 'deny');
  assert.equal(exported('exporter', 'other'), null);
  const pump = relations.get('pump')!;
  const consented = { ...declared, relations: new Map([['pump', { ...pump, consent: 'at_home' }]]) };
  assert.equal(decideExport(person('exporter'), 'pump', 'care', consented, [])?.obligation, 'consent');
});
