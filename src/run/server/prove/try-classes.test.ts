import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { seconds } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import { CONTROLS } from '#assure/controls/index.ts';
import type { ProbePlatform } from '#assure/controls/index.ts';
import { keepOf, regionOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { resolveRelations, StatementParser } from '#flow/query/index.ts';
import type { Relations } from '#flow/query/index.ts';
import { execute, testFiles } from '../../../../test/support/query-fixture.ts';
import { platformParts, tryClasses } from './try-classes.ts';
import type { ClassParts } from './try-classes.ts';

/** What the control makes of a trial: the names of what is broken. */
async function brokenBy(parts: ClassParts): Promise<unknown> {
  const control = CONTROLS.find(({ id }) => id === 'class-decides-all') ?? assert.fail();
  const platform = { classTrial: () => tryClasses(parts) } as Partial<ProbePlatform> as ProbePlatform;
  const { outcome, evidence } = await control.probe(platform, new AbortController().signal);
  return outcome === 'pass' ? [] : evidence['broken'];
}

/** The template with the field as it was before: of class public. */
function asPublic(template: Template): Template {
  const streams = [...template.streams].map(([name, stream]) => {
    const fields = stream.fields.map((field) => ({ ...field, class: 'public' as const }));
    return [name, { ...stream, fields }] as const;
  });
  // Policies are kept by digest.
  return { ...template, digest: `${template.digest}-public`, streams: new Map(streams) };
}
/** The same with columns of some views under another class. */
function withClasses(relations: Relations, views: readonly string[], cls: Class): Relations {
  return new Map(
    [...relations].map(([name, relation]) => {
      const columns = relation.columns.map((column) =>
        views.includes(name) ? { ...column, class: cls, seenAs: cls } : column,
      );
      return [name, { ...relation, columns }];
    }),
  );
}

const streamOf = (template: Template) => template.streams.get('s') ?? assert.fail();

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

/** Relations as the query engine reads them. */
async function relationsOf(template: Template): Promise<Relations> {
  const world = { parser, files: testFiles(), relations: new Map(), grants: new Map(), rows: new Map() };
  const { relations, problems } = await resolveRelations(template, [], {
    parse: (sql) => parser.parse(sql),
    run: async (plan, format) =>
      (await execute(world, { ...plan, limits: { ...plan.limits, time: seconds(10) } }, format)).bytes,
  });
  assert.deepEqual(problems, []);
  return relations;
}

test('tryClasses() sees all follow where the platform decides', async () =>
  assert.deepEqual(await brokenBy(platformParts(relationsOf)), []));

test('tryClasses() sees each that does not follow', async (t) => {
  const sound = platformParts(relationsOf);
  const cases: [string, Partial<ClassParts>, string[]][] = [
    ['key domain', { planOf: (template) => sound.planOf(asPublic(template)) }, ['key domain follows']],
    [
      'masks',
      { decide: (asked, template) => sound.decide(asked, asked.role === 'desk' ? asPublic(template) : template) },
      ['masks follow'],
    ],
    ['retention', { keepOf: (_template, stream) => stream.keep }, ['retention follows']],
    [
      'export',
      { decide: (asked, template) => sound.decide(asked, asked.action === 'export' ? asPublic(template) : template) },
      ['export follows'],
    ],
    [
      'region',
      { regionOf: (template) => regionOf(asPublic(template), streamOf(asPublic(template))) },
      ['the region to stay in follows'],
    ],
    [
      'classes of views',
      { relationsOf: async (template) => withClasses(await relationsOf(template), ['counted'], 'public') },
      ['what views make of it has its class'],
    ],
    [
      'sight of views',
      {
        sightOf: (role, column, { template, relations }) =>
          sound.sightOf(role, column, { template, relations: withClasses(relations, ['made'], 'public') }),
      },
      ['masks follow into views'],
    ],
    [
      'a rule that counts for nothing',
      { relationsOf: async (template) => withClasses(await relationsOf(template), ['milder'], 'secret') },
      ['a rule alone gives it away'],
    ],
    [
      'sight from outside',
      { decide: (asked, template) => sound.decide(asked, asked.role === 'abroad' ? asPublic(template) : template) },
      ['who is outside sees less'],
    ],
  ];
  for (const [name, part, broken] of cases) {
    await t.test(name, async () => assert.deepEqual(await brokenBy({ ...sound, keepOf, ...part }), broken));
  }
});
