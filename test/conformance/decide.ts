import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { AccessRequest, Decide, Subject } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import { makeTemplate } from '../support/make-template.ts';

const YAML = `
devices:
  pump: {}
  valve: {}
  plc: {speaks-for: [pump]}
streams:
  flow:
    from: [pump]
    purposes: [maintenance]
    fields:
      rate: {type: number}
      place: {type: number, class: location}
      worker: {type: text, class: personal}
tables:
  machines: {fields: {line: {type: text}}}
views:
  hourly: {from: flow, sql: select avg(rate) AS mean from flow}
people:
  scientist: {query: [flow, hourly], purposes: [maintenance]}
  foreman: {query: [flow], purposes: [maintenance], sees: [operational, personal], rows: {flow: "rate > 0"}}
  keeper: {may: [administer, approve, table, audit]}
`;

const person = (roles: string[]): Subject => ({ id: 'p1', kind: 'person', roles, standing: 'good', deviceType: null });
const device = (name: string, type: string): Subject => ({
  id: name,
  kind: 'device',
  roles: [],
  standing: 'good',
  deviceType: type,
});

const publish: AccessRequest = {
  subject: device('pump-1', 'pump'),
  action: 'publish',
  resource: { type: 'stream', name: 'flow' },
  purpose: null,
  context: { about: { name: 'pump-1', type: 'pump' } },
};
const query: AccessRequest = {
  subject: person(['scientist']),
  action: 'query',
  resource: { type: 'view', name: 'flow' },
  purpose: 'maintenance',
  context: {},
};
const approve: AccessRequest = {
  subject: person(['keeper']),
  action: 'approve',
  resource: { type: 'template', name: '*' },
  purpose: null,
  context: { proposer: 'p2' },
};

interface Case {
  readonly name: string;
  readonly request: AccessRequest;
}

/** Requests that every decision function allows: without them a function that denies everything would pass. */
const ALLOWED: readonly Case[] = [
  { name: 'a device publishing for itself', request: publish },
  {
    name: 'a device publishing for one that it speaks for',
    request: { ...publish, subject: device('plc-1', 'plc'), context: { ...publish.context, speaksFor: ['pump'] } },
  },
  {
    name: 'a device hearing its own commands',
    request: { ...publish, action: 'subscribe', resource: { type: 'commands', name: 'pump-1' } },
  },
  {
    name: 'a device asking for a certificate of its own',
    request: { ...publish, action: 'certify', resource: { type: 'device', name: 'pump-1' } },
  },
  { name: 'a granted query', request: query },
  { name: 'an action of a role', request: { ...approve, action: 'administer' } },
  { name: "approving another's proposal", request: approve },
  { name: 'the operator administering', request: { ...approve, action: 'administer', subject: operator() } },
];

/** Requests that every decision function denies. */
const DENIED: readonly Case[] = [
  { name: 'a subject without id', request: { ...query, subject: { ...query.subject, id: '' } } },
  {
    name: 'a subject of unknown kind',
    request: { ...query, subject: { ...query.subject, kind: 'alien' as 'person' } },
  },
  { name: 'a role that the template does not have', request: { ...query, subject: person(['boss']) } },
  { name: 'a role named like a member of Object', request: { ...query, subject: person(['__proto__', 'toString']) } },
  { name: 'no role', request: { ...query, subject: person([]) } },
  { name: 'an unknown action', request: { ...approve, action: 'destroy' as 'audit' } },
  { name: 'an action named like a member of Object', request: { ...approve, action: 'constructor' as 'audit' } },
  {
    name: 'an action on the wrong type of resource',
    request: { ...query, resource: { type: 'device', name: 'flow' } },
  },
  { name: 'a resource without name', request: { ...query, resource: { type: 'view', name: '' } } },
  { name: 'an unknown view', request: { ...query, resource: { type: 'view', name: 'nothing' } } },
  { name: 'an unknown stream', request: { ...publish, resource: { type: 'stream', name: 'nothing' } } },
  {
    name: 'an unknown table',
    request: { ...approve, action: 'table', resource: { type: 'table', name: 'nothing' } },
  },
  { name: 'a view that is not granted', request: { ...query, resource: { type: 'view', name: 'machines' } } },
  { name: "the prober's stream", request: { ...query, resource: { type: 'view', name: '_probe' } } },
  { name: 'a purpose that the role does not have', request: { ...query, purpose: 'marketing' } },
  { name: 'an empty purpose', request: { ...query, purpose: '' } },
  { name: 'an export without its own grant', request: { ...query, action: 'export' } },
  { name: 'detokenising without its own grant', request: { ...query, action: 'detokenise' } },
  {
    name: 'an action that the role does not have',
    request: { ...approve, action: 'prove', resource: { type: 'platform', name: '*' } },
  },
  {
    name: 'a declared view whose columns were not told',
    request: { ...query, resource: { type: 'view', name: 'hourly' } },
  },
  { name: 'publishing without telling about whom', request: { ...publish, context: {} } },
  {
    name: 'a device whose type is not told',
    request: { ...publish, subject: { ...publish.subject, deviceType: null } },
  },
  {
    name: 'a device of a type that the stream is not from',
    request: {
      ...publish,
      subject: device('valve-1', 'valve'),
      context: { about: { name: 'valve-1', type: 'valve' } },
    },
  },
  {
    name: 'a device that claims another type',
    request: { ...publish, subject: device('valve-1', 'valve'), context: { about: { name: 'valve-1', type: 'pump' } } },
  },
  {
    name: 'a device publishing for another without a grant',
    request: { ...publish, subject: device('pump-2', 'pump') },
  },
  {
    name: 'speaking for a type that the inventory does not grant',
    request: { ...publish, subject: device('plc-1', 'plc') },
  },
  {
    name: 'speaking for a type that the template does not grant',
    request: { ...publish, subject: device('valve-1', 'valve'), context: { ...publish.context, speaksFor: ['pump'] } },
  },
  {
    name: "hearing another's commands",
    request: { ...publish, action: 'subscribe', resource: { type: 'commands', name: 'pump-2' } },
  },
  {
    name: "a device asking for another's certificate",
    request: { ...publish, action: 'certify', resource: { type: 'device', name: 'pump-2' } },
  },
  {
    name: 'the operator asking for a certificate as a device does',
    request: { ...approve, action: 'certify', subject: operator(), resource: { type: 'device', name: 'pump-1' } },
  },
  { name: 'a device that queries', request: { ...query, subject: device('pump-1', 'pump') } },
  {
    name: 'a device with roles that queries',
    request: { ...query, subject: { ...device('pump-1', 'pump'), roles: ['scientist'] } },
  },
  { name: 'a person that publishes', request: { ...publish, subject: person(['keeper']) } },
  { name: 'the operator publishing', request: { ...publish, subject: operator() } },
  {
    name: 'the operator erasing a person',
    request: { ...approve, action: 'erase', resource: { type: 'person', name: 'x' }, subject: operator() },
  },
  { name: 'approving without telling whose proposal it is', request: { ...approve, context: {} } },
];

/** Requests that some rule grants and another forbids: forbid beats allow. */
const FORBIDDEN: readonly Case[] = [
  { name: 'approving an own proposal', request: { ...approve, context: { proposer: 'p1' } } },
  ...(['disabled', 'revoked', 'contained', 'strange', undefined] as const).flatMap((standing) =>
    [...ALLOWED].map(({ name, request }) => ({
      name: `${name}, ${standing ?? 'of no known standing'}`,
      request: { ...request, subject: { ...request.subject, standing: standing as 'good' } },
    })),
  ),
];

/**
 * What every decision function has to do, whoever wrote it: deny by default, deny what is unknown or not told, let
 * forbid beat allow, be pure, and name its reason and rule.
 */
export function testDecide(name: string, decide: Decide): void {
  const template: Template = makeTemplate(YAML);
  const outcome = (request: AccessRequest) => decide(request, template).effect;

  for (const { name: what, request } of ALLOWED) {
    test(`${name} allows ${what}`, () => assert.equal(outcome(request), 'allow'));
  }
  for (const { name: what, request } of [...DENIED, ...FORBIDDEN]) {
    test(`${name} denies ${what}`, () => assert.equal(outcome(request), 'deny'));
  }

  test(`${name} names reason and rule of every decision`, () => {
    for (const { request } of [...ALLOWED, ...DENIED, ...FORBIDDEN]) {
      const decision = decide(request, template);
      assert.equal(decision.reason === 'granted', decision.effect === 'allow');
      assert.match(decision.rule, /^[A-Za-z_][\w.-]+$/);
    }
  });

  test(`${name} gives obligations with data that it allows, and with nothing else`, () => {
    for (const { request } of [...ALLOWED, ...DENIED, ...FORBIDDEN]) {
      const decision = decide(request, template);
      assert.equal(decision.obligations !== null, decision.effect === 'allow' && request.action === 'query');
    }
  });

  test(`${name} shows only columns of classes that the role sees`, () => {
    const columns = decide(query, template).obligations?.columns.map((column) => column.name);
    assert.deepEqual(columns, ['device', 'time', 'received', 'seq', 'time_given', 'via', 'rate']);
  });

  test(`${name} hides personal columns where no purpose is stated`, () => {
    const foreman = { ...query, subject: person(['foreman']) };
    const seen = (request: AccessRequest) =>
      decide(request, template).obligations?.columns.map((column) => column.name);
    assert.ok(seen(foreman)?.includes('worker'));
    assert.ok(!seen({ ...foreman, purpose: null })?.includes('worker'));
  });

  test(`${name} keeps the row filter of a role`, () => {
    const decision = decide({ ...query, subject: person(['foreman']) }, template);
    assert.match(decision.obligations?.rowFilter ?? '', /rate > 0/);
  });

  test(`${name} lets the stricter of present and stored class govern`, () => {
    const columns = [
      { name: 'rate', class: 'operational' },
      { name: 'note', class: 'operational' },
    ] as const;
    const lineage = { columns, stored: new Map([['rate', 'health' as const]]) };
    const decision = decide({ ...query, context: { lineage } }, template);
    assert.deepEqual(decision.obligations?.columns, [{ name: 'note', mask: null }]);
  });

  test(`${name} decides the same for the same request and changes neither`, () => {
    for (const { request } of [...ALLOWED, ...DENIED, ...FORBIDDEN]) {
      const frozen = deepFreeze(structuredClone(request));
      const first = decide(frozen, template);
      assert.deepEqual(decide(frozen, template), first);
      assert.deepEqual(decide(structuredClone(request), makeTemplate(YAML)), first);
    }
  });
}

function operator(): Subject {
  return { id: 'operator:1', kind: 'operator', roles: [], standing: 'good', deviceType: null };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
