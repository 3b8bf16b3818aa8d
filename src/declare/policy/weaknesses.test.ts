import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffTemplates } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { DecisionPoint } from './decision-point.ts';
import { weaknessesOf } from './weaknesses.ts';

const point = new DecisionPoint();

interface Parts {
  readonly field?: string;
  readonly stream?: string;
  readonly role?: string;
  readonly more?: string;
  readonly files?: Readonly<Record<string, string>>;
}

const make = ({ field, stream = '', role, more = '', files = {} }: Parts = {}): Template =>
  makeTemplate(
    `
devices: {d: {}}
streams:
  s: {from: d, purposes: [q, p], keep: {max: 30d}, fields: {x: {type: number}, who: ${field ?? '{type: text, class: personal}'}}}${stream}
people:
  all: {query: all, purposes: [q]}
  r: {${role ?? 'query: [s], purposes: [q], sees: [operational], rows: {s: x > 0}, may: [approve]'}}
approval: {}
${more}
${Object.keys(files).length === 0 ? '' : `policies: [${Object.keys(files).join(', ')}]`}
`,
    files,
  );
const weak = async (after: Template, before = make(), earlier: readonly Template[] = []): Promise<readonly string[]> =>
  (await weaknessesOf(before, after, diffTemplates(before, after), point, earlier)).map(
    ({ what, explanation }) => `${what}: ${explanation}`,
  );
const has = (lines: readonly string[], pattern: RegExp): void =>
  assert.ok(
    lines.some((line) => pattern.test(line)),
    lines.join('\n'),
  );

test('weaknessesOf() finds each way of weakening', async () => {
  const role = (text: string) => make({ role: text });
  has(
    await weak(role('query: [s], purposes: [q, p], sees: [operational], rows: {s: x > 0}, may: [approve]')),
    /^role:r query view:s: newly allowed for p/,
  );
  has(
    await weak(role('query: [s], purposes: [q], sees: [operational, personal], rows: {s: x > 0}, may: [approve]')),
    /^role:r query view:s: newly allowed for q: who$/,
  );
  has(
    await weak(role('query: [s], purposes: [q], sees: [operational], may: [approve]')),
    /^role:r query view:s: .*rows: all/,
  );
  has(
    await weak(role('query: [s], purposes: [q], sees: [operational], rows: {s: x > 0}, may: [approve, audit]')),
    /^role:r audit platform:\*: newly allowed$/,
  );
  has(await weak(make({ field: '{type: text}' })), /^streams\.s\.fields\.who\.class: /);
  has(await weak(make({ field: '{type: text}' })), /^role:r query view:s: newly allowed for q: who$/);
  const longer = makeTemplate(
    `devices: {d: {}}\nstreams: {s: {from: d, keep: {max: 60d}, fields: {x: {type: number}}}}`,
  );
  const shorter = makeTemplate(
    `devices: {d: {}}\nstreams: {s: {from: d, keep: {max: 30d}, fields: {x: {type: number}}}}`,
  );
  has(await weak(longer, shorter), /^streams\.s\.keep\.max: /);
  assert.deepEqual(await weak(shorter, longer), []);
});

test('weaknessesOf() finds that nobody else is asked any more', async () => {
  const [with_, without] = ['approval: {}\n', ''].map((more) => makeTemplate(`people: {r: {may: [approve]}}\n${more}`));
  assert.ok(with_ !== undefined && without !== undefined);
  has(await weak(without, with_), /^approval: /);
  assert.deepEqual(await weak(with_, without), []);
});

test('weaknessesOf() sees what a policy of a file newly allows, and that another permits at some times only', async () => {
  const file = (text: string) => make({ files: { 'f.cedar': text } });
  has(
    await weak(file('permit (principal in Role::"r", action == Action::"export", resource == View::"s");')),
    /^role:r export view:s: newly allowed/,
  );
  has(
    await weak(
      file(
        'permit (principal in Role::"r", action == Action::"audit", resource) when { context has time && context.time > datetime("2026-01-01") };',
      ),
    ),
    /^policies: /,
  );
  assert.deepEqual(await weak(file('forbid (principal, action == Action::"export", resource);')), []);
  // What is forbidden at night does not hide what is newly allowed by day.
  const night =
    'forbid (principal, action == Action::"monitor", resource) unless { context has time && context.time.toTime() > duration("6h") };';
  const byDay = (may: string) =>
    make({
      role: `query: [s], purposes: [q], sees: [operational], rows: {s: x > 0}, may: [${may}]`,
      files: { 'f.cedar': night },
    });
  has(await weak(byDay('approve, monitor'), byDay('approve')), /^role:r monitor platform:\*: newly allowed/);
});

test('weaknessesOf() takes a further filter of rows as none, and another one as one', async () => {
  const file = (text: string) => make({ files: { 'f.cedar': text } });
  const forbid = (n: number) =>
    file(
      `forbid (principal in Role::"all", action == Action::"query", resource == View::"s") when { resource has row.x && resource.row.x.lessThan(decimal("${n}.0")) };`,
    );
  assert.deepEqual(await weak(forbid(2)), []);
  has(await weak(forbid(1), forbid(2)), /^role:all query view:s: newly allowed.*rows: /);
});

test('weaknessesOf() takes a new stream, table or field as none, for nothing is kept behind it', async () => {
  assert.deepEqual(await weak(make({ stream: '\n  fresh: {from: d, fields: {y: {type: number}}}' })), []);
  assert.deepEqual(await weak(make({ more: 'tables: {t: {fields: {a: {type: text}}}}' })), []);
  const wider = makeTemplate(
    'devices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: number}, y: {type: number}}}}',
  );
  assert.deepEqual(
    await weak(wider, makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: number}}}}')),
    [],
  );
});

test('weaknessesOf() takes a new view as one: it shows what is kept already', async () => {
  has(
    await weak(make({ more: 'views: {v: {from: s, sql: select x from s}}' })),
    /^role:all query view:v: newly allowed/,
  );
});

test('weaknessesOf() does not let a stream or field be taken out and put back laxer', async () => {
  const yaml = (fields: string) =>
    makeTemplate(`devices: {d: {}}\nstreams: {a: {from: d, fields: {x: {type: number}}}${fields}}`);
  const [strict, gone, lax] = [
    ', b: {from: d, purposes: [q], fields: {y: {type: text, class: personal}}}',
    '',
    ', b: {from: d, purposes: [q], fields: {y: {type: text}}}',
  ].map(yaml);
  assert.ok(strict !== undefined && gone !== undefined && lax !== undefined);
  assert.deepEqual(await weak(gone, strict), []);
  assert.deepEqual(await weak(lax, gone), []);
  has(await weak(lax, gone, [strict, gone]), /^streams\.b: an earlier version had it/);
  const [full, bare, open] = [
    '{x: {type: number}, y: {type: text, class: personal}}',
    '{x: {type: number}}',
    '{x: {type: number}, y: {type: text}}',
  ].map((fields) => makeTemplate(`devices: {d: {}}\nstreams: {a: {from: d, purposes: [q], fields: ${fields}}}`));
  assert.ok(full !== undefined && bare !== undefined && open !== undefined);
  has(await weak(open, bare, [full]), /^streams\.a\.fields\.y: an earlier version had it/);
});

test('weaknessesOf() finds nothing in what strengthens or says the same', async () => {
  assert.deepEqual(await weak(make()), []);
  assert.deepEqual(await weak(make({ role: 'query: [s], sees: [operational], rows: {s: x > 0}, may: [approve]' })), []);
});
