import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROLS } from '#assure/controls/index.ts';
import type { ProbePlatform } from '#assure/controls/index.ts';
import { keepOf, regionOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { platformParts, tryClasses } from './try-classes.ts';
import type { ClassParts } from './try-classes.ts';

/** What the control makes of a trial: the names of what is broken. */
async function brokenBy(parts: ClassParts): Promise<unknown> {
  const control = CONTROLS.find(({ id }) => id === 'class-decides-all') ?? assert.fail();
  const platform = { classTrial: async () => tryClasses(parts) } as Partial<ProbePlatform> as ProbePlatform;
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
const streamOf = (template: Template) => template.streams.get('s') ?? assert.fail();

test('tryClasses() sees all five follow where the platform decides', async () =>
  assert.deepEqual(await brokenBy(platformParts()), []));

test('tryClasses() sees each that does not follow', async (t) => {
  const sound = platformParts();
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
      'sight from outside',
      { decide: (asked, template) => sound.decide(asked, asked.role === 'abroad' ? asPublic(template) : template) },
      ['who is outside sees less'],
    ],
  ];
  for (const [name, part, broken] of cases) {
    await t.test(name, async () => assert.deepEqual(await brokenBy({ ...sound, keepOf, ...part }), broken));
  }
});
