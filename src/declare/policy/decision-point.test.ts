import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';
import { CLASSES, stricterClass } from '#base/core/index.ts';
import { testDecide } from '../../../test/conformance/decide.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { DecisionPoint } from './decision-point.ts';
import type { Subject } from './types.ts';

const point = new DecisionPoint();
const decideQuery: DecisionPoint['decideQuery'] = (...asked) => point.decideQuery(...asked);
const template = makeTemplate(`
devices: {d: {}}
streams:
  s:
    from: d
    purposes: [care, quality]
    basis: contract
    fields:
      pub: {type: number, class: public}
      op: {type: number}
      loc: {type: number, class: location}
      per: {type: text, class: personal}
      id: {type: text, class: identifier}
      hea: {type: number, class: health}
      sec: {type: text, class: secret}
  bare: {from: d, purposes: [care], fields: {op: {type: number}}}
  free: {from: d, fields: {op: {type: number}}}
views: {v: {from: s, sql: select 1, purposes: [care]}}
people:
  plain: {query: all, purposes: [care]}
  full: {query: [s, v, bare], purposes: [care], sees: [public, operational, location, personal, identifier, health]}
  blind: {query: [s], sees: []}
  masked: {query: [s], purposes: [care], sees: [operational], masks: {s.loc: "round:1", s.op: null, s.per: hash}, rows: {s: op > 1}}
  rows: {query: [s], purposes: [care], sees: [operational, location], rows: {s: op > 2}}
  other: {query: [bare], purposes: [quality]}
`);
const who = (...roles: string[]): Subject => ({ id: 'x', kind: 'person', roles, standing: 'good', deviceType: null });
const own = ['pub', 'op', 'loc', 'per', 'id', 'hea', 'sec'];
const seen = (subject: Subject, purpose: string | null, relation = 's') =>
  decideQuery(subject, relation, purpose, template)
    .obligations?.columns.filter(({ name }) => own.includes(name))
    .map(({ name, mask }) => (mask === null ? name : `${name}:${mask}`));

test('DecisionPoint.decideQuery() shows classes by the role', () => {
  assert.deepEqual(seen(who('plain'), 'care'), ['pub', 'op', 'id']);
  assert.deepEqual(seen(who('full'), 'care'), ['pub', 'op', 'loc', 'per', 'id', 'hea']);
  assert.deepEqual(seen(who('blind'), null), ['pub']);
});

test('DecisionPoint.decideQuery() shows tokens of identifiers with the view, for a purpose, and never originals', () => {
  const hidden = (stored: ReadonlyMap<string, 'operational' | 'health'>, originals: ReadonlySet<string>) => {
    const columns = [
      { name: 'id', class: 'identifier', seenAs: 'public' },
      { name: 'made', class: 'identifier', seenAs: 'location' },
      { name: 'old', class: 'identifier' },
    ] as const;
    const decision = decideQuery(who('plain'), 'v', 'care', template, { columns, stored, originals });
    return decision.hidden.map(({ name, why }) => `${name}:${why}`);
  };
  const none = new Map<string, 'operational' | 'health'>();
  assert.deepEqual(hidden(none, new Set()), ['made:class', 'old:class']);
  assert.deepEqual(hidden(none, new Set(['id'])), ['id:class', 'made:class', 'old:class']);
  assert.deepEqual(hidden(new Map([['id', 'health']]), new Set()), ['id:class', 'made:class', 'old:class']);
  assert.deepEqual(hidden(new Map([['id', 'operational']]), new Set()), ['made:class', 'old:class']);
});

test('DecisionPoint.decideQuery() hides personal and stricter classes without a purpose', () => {
  assert.deepEqual(seen(who('full'), null), ['pub', 'op', 'loc']);
});

test('DecisionPoint.decideQuery() says why a column is hidden', () => {
  const why = (subject: Subject, purpose: string | null) =>
    Object.fromEntries(decideQuery(subject, 's', purpose, template).hidden.map((column) => [column.name, column.why]));
  assert.deepEqual(why(who('full'), 'care'), { sec: 'secret' });
  assert.deepEqual(why(who('full'), null), { per: 'purpose', id: 'purpose', hea: 'purpose', sec: 'secret' });
  assert.equal(why(who('plain'), 'care')['loc'], 'class');
});

test('DecisionPoint.decideQuery() wants a basis for health data', () => {
  const lineage = {
    columns: [
      { name: 'h', class: 'health' as const },
      { name: 'o', class: 'public' as const },
    ],
  };
  const { hidden } = decideQuery(who('full'), 'bare', 'care', template, lineage);
  assert.deepEqual(hidden, [{ name: 'h', class: 'health', why: 'basis' }]);
});

test('DecisionPoint.decideQuery() masks, and filters rows', () => {
  assert.deepEqual(seen(who('masked'), 'care'), ['pub', 'op:null', 'loc:round:1', 'per:hash', 'id']);
  assert.deepEqual(seen(who('masked'), null), ['pub', 'op:null', 'loc:round:1']);
  assert.equal(decideQuery(who('masked'), 's', 'care', template).obligations?.rowFilter, '(op > 1)');
});

test('DecisionPoint.decideQuery() shows a column as the most open of several roles, and keeps all their filters', () => {
  assert.deepEqual(seen(who('masked', 'rows'), 'care'), ['pub', 'op', 'loc', 'per:hash', 'id']);
  assert.equal(
    decideQuery(who('masked', 'rows'), 's', 'care', template).obligations?.rowFilter,
    '(op > 1) AND (op > 2)',
  );
});

test('DecisionPoint.decideQuery() tells the reason of each denial', () => {
  const reason = (subject: Subject, relation: string, purpose: string | null) =>
    decideQuery(subject, relation, purpose, template).reason;
  assert.equal(reason(who('other'), 's', null), 'not-granted');
  assert.equal(reason(who('other'), 'nothing', null), 'not-granted');
  assert.equal(reason(who('plain'), 's', 'quality'), 'purpose-not-granted');
  assert.equal(reason(who('plain'), 's', 'fun'), 'purpose-not-served');
  assert.equal(reason(who('other'), 'bare', 'quality'), 'purpose-not-served');
  assert.equal(reason(who('plain'), 'free', 'care'), 'granted');
  assert.equal(reason(who('plain'), 'v', 'care'), 'context-missing');
  assert.equal(reason(who('blind'), 'bare', null), 'not-granted');
  assert.equal(reason({ ...who('full'), kind: 'device' }, 's', 'care'), 'not-for-devices');
  assert.equal(reason({ ...who('full'), standing: 'disabled' }, 's', 'care'), 'disabled');
  const nothing = { columns: [{ name: 'a', class: 'secret' as const }] };
  assert.equal(decideQuery(who('full'), 'v', 'care', template, nothing).reason, 'no-column');
});

test('DecisionPoint.decideQuery() gives the stream of the prober to those who prove', () => {
  const proving = makeTemplate('people: {p: {may: [prove]}, a: {query: all}}');
  assert.equal(decideQuery(who('p'), '_probe', null, proving).effect, 'allow');
  assert.equal(decideQuery(who('a'), '_probe', null, proving).effect, 'deny');
});

test('DecisionPoint.decideQuery() never shows more under a stricter stored class, nor for fewer roles', () => {
  const roles = ['plain', 'full', 'blind', 'masked', 'rows'];
  const classes = fc.constantFrom(...CLASSES);
  fc.assert(
    fc.property(
      fc.subarray(roles, { minLength: 1 }),
      fc.constantFrom(null, 'care'),
      classes,
      classes,
      (names, purpose, now, then) => {
        const columns = [
          { name: 'op', class: now },
          { name: 'anchor', class: 'public' as const },
        ];
        const clear = (subject: Subject, stored: (typeof CLASSES)[number]) =>
          decideQuery(subject, 's', purpose, template, {
            columns,
            stored: new Map([['op', stored]]),
          }).obligations?.columns.some((column) => column.name === 'op' && column.mask === null) ?? false;
        const shown = clear(who(...names), then);
        assert.equal(shown, clear(who(...names), stricterClass(now, then)));
        if (shown) assert.ok(clear(who(...names), now));
        assert.equal(
          shown,
          names.some((name) => clear(who(name), then)),
        );
      },
    ),
    { seed: 1 },
  );
});

testDecide('DecisionPoint.decide()', (request, made) => point.decide(request, made));
