import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DecisionPoint } from '#declare/policy/index.ts';
import type { Lineage, Subject } from '#declare/policy/index.ts';
import { makeTemplate } from '../support/make-template.ts';

const TEMPLATE = makeTemplate(`
devices: {d: {}}
streams:
  a: {from: d, purposes: [p, q], basis: contract, fields: {op: {type: number}, loc: {type: number, class: location}, per: {type: text, class: personal}}}
  b: {from: d, purposes: [q], basis: contract, fields: {op: {type: number}, hea: {type: number, class: health}, sec: {type: text, class: secret}}}
people:
  r1: {query: [a], purposes: [p], sees: [operational, location]}
  r2: {query: [a, b], purposes: [q], sees: [operational, personal], masks: {a.loc: "round:1"}, rows: {a: op > 1}, may: [export]}
  r3: {query: all, purposes: [p, q]}
`);
const point = new DecisionPoint();
const roles = fc.subarray(['r1', 'r2', 'r3', 'none']);
const purpose = fc.constantFrom(null, 'p', 'q', 'other');
const relation = fc.constantFrom('a', 'b', '_probe', '_devices', 'nothing');
const lineage: Lineage = { columns: [{ name: 'x', class: 'operational' }] };
const who = (names: readonly string[], kind: Subject['kind'] = 'person', more: Partial<Subject> = {}): Subject => ({
  id: 'x',
  kind,
  roles: names,
  standing: 'good',
  deviceType: null,
  ...more,
});
const ask = (subject: Subject, name: string, forWhat: string | null) =>
  point.decideQuery(subject, name, forWhat, TEMPLATE, name === '_devices' ? lineage : null);
const seen = (subject: Subject, name: string, forWhat: string | null) =>
  new Map(ask(subject, name, forWhat).obligations?.columns.map((column) => [column.name, column.mask]) ?? []);

test('what is seen follows from the template alone: the granted classes, purposes and masks, and nothing beside', () => {
  fc.assert(
    fc.property(roles, relation, purpose, (names, name, forWhat) => {
      const own = names.map((role) => TEMPLATE.people.get(role)).filter((role) => role !== undefined);
      const granting = own.filter(
        ({ query, purposes }) =>
          (query === 'all' ? name !== '_probe' && name !== 'nothing' : query.includes(name)) &&
          (forWhat === null || purposes.includes(forWhat)),
      );
      const stream = TEMPLATE.streams.get(name);
      const served =
        forWhat === null || stream === undefined || stream.purposes.length === 0 || stream.purposes.includes(forWhat);
      const columns = seen(who(names), name, forWhat);
      if (granting.length === 0 || !served) return assert.equal(columns.size, 0);
      for (const field of stream?.fields ?? []) {
        const clear = granting.some(
          ({ sees, masks }) =>
            // Of an identifier only the token is there.
            (field.class === 'identifier' || sees.includes(field.class)) && !masks.has(`${name}.${field.name}`),
        );
        const masked = granting.some(({ masks }) => masks.has(`${name}.${field.name}`));
        const open =
          field.class !== 'secret' &&
          (field.class !== 'health' || stream?.basis !== null) &&
          (!['personal', 'identifier', 'health'].includes(field.class) || forWhat !== null);
        assert.equal(columns.has(field.name), open && (clear || masked), `${name}.${field.name}`);
        if (open && clear) assert.equal(columns.get(field.name), null);
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('an agent never has more than the person it acts for, nor than itself', () => {
  fc.assert(
    fc.property(roles, roles, relation, purpose, (own, theirs, name, forWhat) => {
      const agent = seen(who(own, 'agent', { actsFor: who(theirs) }), name, forWhat);
      for (const one of [seen(who(own), name, forWhat), seen(who(theirs), name, forWhat)]) {
        for (const [column, mask] of agent) {
          assert.ok(one.has(column), column);
          if (mask === null) assert.equal(one.get(column), null);
        }
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('no standing but a good one, no scope and no kind of device opens anything', () => {
  fc.assert(
    fc.property(
      roles,
      relation,
      purpose,
      fc.constantFrom('disabled', 'revoked', 'contained', 'odd'),
      (names, name, forWhat, standing) => {
        assert.equal(ask(who(names, 'person', { standing: standing as 'good' }), name, forWhat).effect, 'deny');
        assert.equal(ask(who(names, 'device', { deviceType: 'd' }), name, forWhat).effect, 'deny');
        const scope = { actions: [], views: null, purposes: null };
        assert.equal(ask(who(names, 'person', { scope }), name, forWhat).effect, 'deny');
      },
    ),
    { numRuns: 100, seed: 1 },
  );
});

test('export and query of one relation give the same columns and rows', () => {
  for (const forWhat of [null, 'q']) {
    for (const name of ['a', 'b']) {
      const request = {
        subject: who(['r2']),
        resource: { type: 'view', name },
        purpose: forWhat,
        context: {},
      } as const;
      const query = point.decide({ ...request, action: 'query' }, TEMPLATE);
      const out = point.decide({ ...request, action: 'export' }, TEMPLATE);
      assert.deepEqual(out.obligations, query.obligations);
    }
  }
});

test('a policy of a file that forbids wins over every grant, whoever asks', () => {
  const template = {
    ...TEMPLATE,
    digest: 'forbidden',
    policies: [{ file: 'f.cedar', text: 'forbid (principal, action == Action::"query", resource == View::"a");' }],
  };
  fc.assert(
    fc.property(roles, purpose, (names, forWhat) => {
      for (const kind of ['person', 'operator', 'service'] as const)
        assert.equal(point.decideQuery(who(names, kind), 'a', forWhat, template).effect, 'deny');
    }),
    { numRuns: 50, seed: 1 },
  );
});
