import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { tokenDomainOf, tokenDomains } from './token-domain.ts';

const TEMPLATE = makeTemplate(`
devices: {d: {}}
streams:
  b:
    from: d
    purposes: [p]
    fields:
      serial: {type: text, class: identifier}
      plate: {type: text, class: identifier, tokenise: plates}
      name: {type: text, class: personal}
      alias: {type: text, class: personal, tokenise: people}
      x: {type: number}
  a: {from: d, fields: {plate: {type: text, tokenise: plates}}}
tables:
  owners: {purposes: [p], fields: {plate: {type: text, class: identifier, tokenise: plates}, number: {type: integer, class: identifier}}}
`);

test('tokenDomainOf() is the domain that a field names, else for identifiers that of the relation', () => {
  const domains = TEMPLATE.streams.get('b')?.fields.map((field) => [field.name, tokenDomainOf('b', field)]);
  assert.deepEqual(domains, [
    ['serial', 'b'],
    ['plate', 'plates'],
    ['name', null],
    ['alias', 'people'],
    ['x', null],
  ]);
  assert.ok(TEMPLATE.streams.get('_events')?.fields.every((field) => tokenDomainOf('_events', field) === null));
});

test('tokenDomains() names each domain once', () => {
  assert.deepEqual(tokenDomains(TEMPLATE), ['_probe', '_probe-codes', 'b', 'owners', 'people', 'plates']);
});
