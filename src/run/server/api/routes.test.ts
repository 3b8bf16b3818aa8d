import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { ACTION_RULES } from '#declare/policy/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { PACKAGE_ROOT } from '../control/package-files.ts';
import type { Route, RouteRequest } from './route.ts';
import { ROUTES } from './routes.ts';
import type { Services } from './services.ts';

const nameOf = ({ method, path }: Route): string => `${method} ${path}`;
const named = (access: Route['access']): string[] => ROUTES.filter((route) => route.access === access).map(nameOf);

/** A request that has whatever a route may ask for its resource. */
const REQUEST: RouteRequest = {
  caller: {
    subject: { id: 'p', kind: 'person', roles: [], standing: 'good', deviceType: null },
    actor: 'person:p',
    peer: { kind: 'none', name: null, serial: null, address: '', listener: '' },
  },
  params: { name: 'd', id: 'p', table: 't', index: '0', '*': 'x' },
  query: {},
  body: { name: 'd', device: 'd', stream: 's' },
  stream: Readable.from([]),
  contentType: '',
  lastEventId: null,
  accept: '',
  signal: new AbortController().signal,
  span: null,
};
const SERVICES: Pick<Services, 'templates'> = {
  templates: {
    current: makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, fields: {t: {type: number}}}}\n'),
    plan: () => ({}),
    apply: async () => ({ proposal: null }),
  },
};

/** Addresses that stand in certificates, where no version belongs. */
const IN_CERTIFICATES = ['GET /crl/:name', 'POST /ocsp', 'GET /ocsp/*'];

test('ROUTES has each route once, under /v1 but for what others have named', () => {
  assert.equal(new Set(ROUTES.map(nameOf)).size, ROUTES.length);
  const elsewhere = ROUTES.filter(({ path }) => !path.startsWith('/v1/'));
  assert.deepEqual(
    elsewhere.filter(({ path }) => !/^\/(healthz|readyz|\.well-known\/.+)$/.test(path)).map(nameOf),
    IN_CERTIFICATES,
  );
});

test('ROUTES declares for each route who may: an action that is known and fits its resource', () => {
  for (const route of ROUTES) {
    const { access } = route;
    if (access === 'open' || access === 'within' || access === 'self') continue;
    assert.equal(typeof access, 'object', nameOf(route));
    const { type, name } = access.resource(REQUEST, SERVICES);
    for (const action of [access.action, access.or ?? access.action])
      assert.ok((ACTION_RULES[action].on as readonly string[]).includes(type), nameOf(route));
    assert.notEqual(name, '', nameOf(route));
  }
});

test('ROUTES leaves open what is public by design, and to a service what it decides by relation; nothing else', () => {
  assert.deepEqual(named('open'), [
    'GET /v1/prove/keys',
    ...IN_CERTIFICATES,
    'GET /.well-known/est/cacerts',
    'GET /.well-known/est/csrattrs',
    'GET /v1/consents/keys',
    'POST /v1/sign-in/password',
    'POST /v1/sign-in/code',
    'GET /v1/sign-in/providers',
    'POST /v1/sign-in/login',
    'POST /v1/sign-in/login/finish',
    'GET /v1/audit/checkpoint',
    'GET /v1/audit/checkpoint.witnessed',
    'GET /v1/audit/tile/*',
    'GET /v1/audit/keys',
    'GET /healthz',
    'GET /readyz',
    'GET /.well-known/security.txt',
    'GET /v1/openapi.json',
  ]);
  assert.deepEqual(named('self'), [
    'GET /v1/me/agents',
    'POST /v1/me/agents',
    'POST /v1/me/agents/:id/revoke',
    'GET /v1/me',
    'POST /v1/me/sign-out',
  ]);
  assert.deepEqual(named('within'), [
    'POST /v1/keys/unwrap',
    'GET /v1/proposals',
    'GET /v1/proposals/:id',
    'POST /v1/query',
    'GET /v1/queries/:id',
    'GET /v1/queries/:id/receipt',
    'GET /v1/views',
    'GET /v1/views/:view',
    'GET /v1/privacy',
    'POST /v1/datasets',
    'GET /v1/datasets',
    'GET /v1/datasets/:name',
    'GET /v1/datasets/:name/lineage',
    'GET /v1/datasets/:name/rows',
    'POST /v1/datasets/:name/delete',
    'POST /v1/datasets/:name/credential',
    'POST /v1/releases',
    'GET /v1/releases',
    'GET /v1/releases/:id/rows',
    'POST /v1/encrypted-sums',
    'POST /v1/tokens/originals',
    'POST /v1/tokens',
  ]);
});

test('ROUTES takes no body that it has not described, unless it reads it itself', () => {
  for (const route of ROUTES) {
    if (route.body === undefined) continue;
    const { additionalProperties } = route.body as { additionalProperties?: unknown };
    assert.deepEqual([route.method, additionalProperties, route.raw], ['POST', false, undefined], nameOf(route));
  }
});

/** Cells of a row of the page: route, who may. */
const ROW = /^\| `((?:GET|POST|PUT|DELETE) [^`]+)` \| ([^|]+) \|/gm;

test('docs/reference/api.md has each route with the access that it declares, and no other', () => {
  const page = readFileSync(join(PACKAGE_ROOT, 'docs', 'reference', 'api.md'), 'utf8');
  const documented = new Map([...page.matchAll(ROW)].map(([, route = '', who = '']) => [route, who.trim()]));
  const declared = new Map(
    ROUTES.map((route) => {
      const { access } = route;
      if (access === 'open') return [nameOf(route), 'everybody'] as const;
      if (access === 'within') return [nameOf(route), 'by relation'] as const;
      if (access === 'self') return [nameOf(route), 'oneself'] as const;
      const actions = [access.action, ...(access.or === undefined ? [] : [access.or])].map((action) => `\`${action}\``);
      return [nameOf(route), `${actions.join(' or ')} on ${access.resource(REQUEST, SERVICES).type}`] as const;
    }),
  );
  assert.deepEqual(
    [...documented].sort(([a], [b]) => a.localeCompare(b)),
    [...declared].sort(([a], [b]) => a.localeCompare(b)),
  );
});
