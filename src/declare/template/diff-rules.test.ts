import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeTemplate } from '../../../test/support/make-template.ts';
import { diffTemplates } from './diff-template.ts';
import type { ChangeEffect } from './diff-judges.ts';

const PARTS = {
  top: 'region: eu\ncomply: [gdpr]\ntls: {minimum: 1.3, hybrid: require}',
  device: 'd: {boot: verified, speaks-for: [e]}, e: {}',
  stream:
    'from: [d], purposes: [p, q], basis: contract, keep: {min: 1d, max: 30d}, accept: {late: 1d}, undeclared: refuse, subject: w',
  x: 'type: number, range: [0, 9], step: 2/s, coarsen: 0.1',
  y: 'type: text, enum: [a, b], class: location',
  i: 'type: text, class: identifier',
  z: 'type: text, pattern: "a+", max-length: 5',
  view: 'from: s, sql: select 1',
  role: 'query: [s], purposes: [p], sees: [operational], rows: {s: x > 0}, masks: {s.x: "round:1"}, may: [audit]',
};

function write(parts: Partial<typeof PARTS>): string {
  const all = { ...PARTS, ...parts };
  return `${all.top}
devices: {${all.device}}
streams: {s: {${all.stream}, fields: {w: {type: text, class: personal}, x: {${all.x}}, y: {${all.y}}, z: {${all.z}}, i: {${all.i}}}}}
views: {v: {${all.view}}}
people: {r: {${all.role}}}
`;
}

function change(part: keyof typeof PARTS, from: string, to: string): readonly [string, ChangeEffect][] {
  assert.ok(PARTS[part].includes(from), from);
  const before = makeTemplate(write({}));
  const after = makeTemplate(write({ [part]: PARTS[part].replace(from, to) }));
  return diffTemplates(before, after).map(({ path, effect }) => [path, effect]);
}

/** part, what is replaced, by what, effect, and the effect of changing it back. */
const TABLE: readonly (readonly [keyof typeof PARTS, string, string, string, ChangeEffect])[] = [
  ['x', 'type: number', 'type: integer', 'streams.s.fields.x.type', 'refused'],
  ['y', 'location', 'operational', 'streams.s.fields.y.class', 'weakens'],
  ['y', 'location', 'personal', 'streams.s.fields.y.class', 'strengthens'],
  ['x', '[0, 9]', '[0, 10]', 'streams.s.fields.x.range', 'weakens'],
  ['x', '[0, 9]', '[1, 8]', 'streams.s.fields.x.range', 'strengthens'],
  ['x', '[0, 9]', '[1, 10]', 'streams.s.fields.x.range', 'weakens'],
  ['x', 'range: [0, 9], ', '', 'streams.s.fields.x.range', 'weakens'],
  ['x', 'step: 2/s', 'step: 3/s', 'streams.s.fields.x.step.perSecond', 'weakens'],
  ['x', 'step: 2/s', 'step: 1/s', 'streams.s.fields.x.step.perSecond', 'strengthens'],
  ['x', ', step: 2/s', '', 'streams.s.fields.x.step', 'weakens'],
  ['x', 'coarsen: 0.1', 'coarsen: 0.01', 'streams.s.fields.x.coarsen', 'weakens'],
  ['x', 'coarsen: 0.1', 'coarsen: 1', 'streams.s.fields.x.coarsen', 'strengthens'],
  ['x', ', coarsen: 0.1', '', 'streams.s.fields.x.coarsen', 'weakens'],
  ['y', 'class: location', 'class: location, tokenise: t', 'streams.s.fields.y.tokenise', 'strengthens'],
  ['i', 'class: identifier', 'class: identifier, tokenise: t', 'streams.s.fields.i.tokenise', 'weakens'],
  ['i', 'class: identifier', 'class: identifier, token: reversible', 'streams.s.fields.i.token', 'weakens'],
  ['x', 'type: number', 'type: number, nullable: true', 'streams.s.fields.x.nullable', 'neutral'],
  ['y', '[a, b]', '[a, b, c]', 'streams.s.fields.y.enum', 'weakens'],
  ['y', '[a, b]', '[a]', 'streams.s.fields.y.enum', 'strengthens'],
  ['y', 'enum: [a, b], ', '', 'streams.s.fields.y.enum', 'weakens'],
  ['z', '"a+"', '"b+"', 'streams.s.fields.z.pattern', 'weakens'],
  ['z', 'max-length: 5', 'max-length: 6', 'streams.s.fields.z.maxLength', 'weakens'],
  ['z', 'max-length: 5', 'max-length: 4', 'streams.s.fields.z.maxLength', 'strengthens'],
  ['stream', '[d]', '[d, e]', 'streams.s.from', 'weakens'],
  ['stream', '[p, q]', '[p]', 'streams.s.purposes', 'strengthens'],
  ['stream', '[p, q]', '[p, q, t]', 'streams.s.purposes', 'weakens'],
  ['stream', 'contract', 'consent', 'streams.s.basis', 'strengthens'],
  ['stream', 'contract', 'public-task', 'streams.s.basis', 'neutral'],
  ['stream', ' basis: contract,', '', 'streams.s.basis', 'weakens'],
  ['stream', 'max: 30d', 'max: 60d', 'streams.s.keep.max', 'weakens'],
  ['stream', 'max: 30d', 'max: 20d', 'streams.s.keep.max', 'strengthens'],
  ['stream', ', max: 30d', '', 'streams.s.keep.max', 'weakens'],
  ['stream', 'min: 1d', 'min: 2d', 'streams.s.keep.min', 'weakens'],
  ['stream', 'late: 1d', 'late: 2d', 'streams.s.accept.late', 'weakens'],
  ['stream', ', subject: w', '', 'streams.s.subject', 'weakens'],
  ['stream', 'from: [d]', 'from: [d], posture: required', 'streams.s.posture', 'strengthens'],
  ['stream', 'refuse', 'drop', 'streams.s.undeclared', 'weakens'],
  ['stream', 'from: [d]', 'from: [d], unenforced: accept', 'streams.s.acceptUnenforced', 'weakens'],
  ['device', 'verified', 'none', 'devices.d.boot', 'weakens'],
  ['device', 'verified', 'measured', 'devices.d.boot', 'strengthens'],
  ['device', '[e]', '[]', 'devices.d.speaksFor', 'strengthens'],
  ['device', '[e]', '[e, d]', 'devices.d.speaksFor', 'weakens'],
  ['device', 'e: {}', 'e: {identity: psk}', 'devices.e.identity', 'weakens'],
  ['view', 'select 1', 'select 2', 'views.v.sql', 'weakens'],
  ['role', 'query: [s]', 'query: [s, v]', 'people.r.query', 'weakens'],
  ['role', 'query: [s]', 'query: all', 'people.r.query', 'weakens'],
  ['role', '[operational]', '[operational, personal]', 'people.r.sees', 'weakens'],
  ['role', '[operational]', '[]', 'people.r.sees', 'strengthens'],
  ['role', 'purposes: [p]', 'purposes: [p, q]', 'people.r.purposes', 'weakens'],
  ['role', 'x > 0', 'x > 1', 'people.r.rows.s', 'weakens'],
  ['role', 'rows: {s: x > 0}, ', '', 'people.r.rows.s', 'weakens'],
  ['role', 'masks: {s.x: "round:1"}, ', '', 'people.r.masks.s.x', 'weakens'],
  ['role', '"round:1"}', '"round:1", s.w: hash}', 'people.r.masks.s.w', 'weakens'],
  ['role', '"round:1"}', '"round:1", s.time: hour}', 'people.r.masks.s.time', 'weakens'],
  ['role', '[audit]', '[audit, prove]', 'people.r.may', 'weakens'],
  ['role', '[audit]', '[]', 'people.r.may', 'strengthens'],
  ['top', 'region: eu', 'region: us', 'region', 'weakens'],
  ['top', '[gdpr]', '[]', 'comply', 'weakens'],
  ['top', '[gdpr]', '[gdpr, nis2]', 'comply', 'strengthens'],
  ['top', 'require', 'prefer', 'tls.hybrid', 'weakens'],
  ['top', 'region: eu', 'region: eu\nlisten: {address: 0.0.0.0}\nhosts: [a.example]', 'listen.address', 'weakens'],
  ['top', 'region: eu', 'region: eu\ndetect: {s: {}}', 'detect.s', 'strengthens'],
  ['top', 'region: eu', 'region: eu\ndescription: x', 'description', 'neutral'],
  ['top', 'region: eu', 'region: eu\ntables: {t: {fields: {a: {type: text}}}}', 'tables.t', 'neutral'],
];

test('judgeChange() tells what each change does to protection', () => {
  for (const [part, from, to, path, effect] of TABLE) {
    const changes = change(part, from, to);
    assert.deepEqual(
      changes.find(([place]) => place === path),
      [path, effect],
      `${from} → ${to}`,
    );
  }
});

test('judgeChange() lets no change of protection be neutral in both directions', () => {
  for (const [part, from, to, path, effect] of TABLE) {
    if (effect !== 'weakens' && effect !== 'strengthens') continue;
    const after = makeTemplate(write({ [part]: PARTS[part].replace(from, to) }));
    const back = diffTemplates(after, makeTemplate(write({}))).find((one) => one.path === path);
    assert.ok(back !== undefined && back.effect !== 'neutral', `${to} → ${from}`);
    if (effect === 'strengthens') assert.equal(back.effect, 'weakens', `${to} → ${from}`);
  }
});
