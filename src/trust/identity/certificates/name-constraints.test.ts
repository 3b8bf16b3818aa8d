import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesAllowed } from './name-constraints.ts';
import type { GeneralName } from './general-name.ts';
import type { ParsedCertificate } from './parse-certificate.ts';

function allowed(
  names: readonly GeneralName[],
  rules: { permitted?: GeneralName[]; excluded?: GeneralName[] },
): boolean {
  const subject = { raw: new Uint8Array(), parts: [], attributes: [] };
  const certificate = { subject, extensions: { alternativeNames: names } } as unknown as ParsedCertificate;
  return namesAllowed(certificate, { permitted: rules.permitted ?? [], excluded: rules.excluded ?? [] });
}
const dns = (value: string): GeneralName => ({ kind: 'dns', value });
const uri = (value: string): GeneralName => ({ kind: 'uri', value });
const email = (value: string): GeneralName => ({ kind: 'email', value });
const ip = (...value: number[]): GeneralName => ({ kind: 'ip', value: Uint8Array.from(value) });

test('namesAllowed() holds each kind of name to the constraints of its kind', () => {
  const table: [string, GeneralName, GeneralName, boolean][] = [
    ['a host and itself', dns('a.example'), dns('a.example'), true],
    ['a host below', dns('b.a.example'), dns('a.example'), true],
    ['a host that only ends alike', dns('ba.example'), dns('a.example'), false],
    ['every host', dns('x.org'), dns(''), true],
    ['another kind', uri('urn:x:y'), dns('a.example'), true],
    ['an address in the network', ip(10, 1, 2, 3), ip(10, 1, 0, 0, 255, 255, 0, 0), true],
    ['an address outside', ip(10, 2, 2, 3), ip(10, 1, 0, 0, 255, 255, 0, 0), false],
    ['an address of the other family', ip(10, 1, 2, 3), ip(...new Uint8Array(32)), false],
    ['a mailbox', email('a@B.example'), email('a@b.example'), true],
    ['a mailbox of another case', email('A@b.example'), email('a@b.example'), false],
    ['mailboxes of a host', email('a@b.example'), email('b.example'), true],
    ['mailboxes below a domain', email('a@c.b.example'), email('.b.example'), true],
    ['mailboxes of the domain itself', email('a@b.example'), email('.b.example'), false],
    ['a URI by its host', uri('https://u@h.example:1/x'), uri('h.example'), true],
    ['a URI of another host', uri('https://h.example.evil/x'), uri('h.example'), false],
    ['a URI without host', uri('urn:weir:0'), uri('h.example'), false],
  ];
  for (const [what, name, permitted, expected] of table) {
    assert.equal(allowed([name], { permitted: [permitted] }), expected, what);
  }
});

test('namesAllowed() refuses what is excluded, wildcards that could match it, and what cannot be compared', () => {
  assert.equal(allowed([dns('a.example')], { permitted: [dns('example')], excluded: [dns('a.example')] }), false);
  assert.equal(allowed([dns('*.example.com')], { excluded: [dns('bar.example.com')] }), false);
  assert.equal(allowed([dns('*.example.com')], { excluded: [dns('foo.bar.example.com')] }), true);
  assert.equal(allowed([uri('urn:x:y')], { excluded: [uri('h.example')] }), false);
  const other: GeneralName = { kind: 'other', tag: 0xa0 };
  assert.equal(allowed([other], { permitted: [other] }), false);
  assert.equal(allowed([other], { excluded: [other] }), false);
  assert.equal(allowed([dns('a.example'), dns('b.other')], { permitted: [dns('example')] }), false);
});

test('namesAllowed() compares no more than it can afford', () => {
  const many = Array.from({ length: 400 }, (_, i) => dns(`h${i}.example`));
  assert.equal(allowed(many, { permitted: many.concat(dns('example')) }), false);
});
