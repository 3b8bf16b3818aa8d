import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';
import { diffTemplates } from './diff-template.ts';
import { templateFromJson, templateToJson } from './template-json.ts';

const PEOPLE = 'people: {scientist: {query: []}}\n';
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
/** An issuer with this much said about it, on line 4 of a template. */
const issuer = (text: string): string => `${PEOPLE}sign-in: {issuers: {corp: {${text}}}}`;
const SOUND = 'issuer: https://id.test/r, audience: weir, roles: {scientist: {groups: a}}';

test('checkSignIn() takes an identity provider in its shortest and its longest form', () => {
  assert.deepEqual(findingsOf(issuer(SOUND)), []);
  const long = `sign-in:
  session: 4h
  idle: 30m
  issuers:
    corp:
      description: the plant's own
      issuer: https://id.test/realms/plant
      audience: [weir, weir-lab]
      keys: https://id.test/certs
      ca: corp-ca.pem
      algorithms: [ES256, ML-DSA-65]
      clock-skew: 1m
      proof: required
      roles:
        scientist: {groups: [analysts, data], email_verified: true, 'https://x.test/team': red}
      login: {client: weir-cli, scopes: [openid, groups]}
    lab:
      issuer: http://127.0.0.1:8080
      keys: [{kty: EC, crv: P-256, x: a, y: b}]
      roles: {}
      login: {client: weir}
`;
  assert.deepEqual(findingsOf(PEOPLE + long, { 'corp-ca.pem': PEM }), []);
});

test('checkSignIn() says where something is wrong', () => {
  for (const [text, ...expected] of [
    ['sign-in: {session: 8d}', 'TEMPLATE_VALUE_INVALID 3:20'],
    ['sign-in: {session: 0s}', 'TEMPLATE_VALUE_INVALID 3:20'],
    ['sign-in: {idle: 9h}', 'TEMPLATE_VALUE_INVALID 3:17'],
    ['sign-in: {sesion: 8h}', 'TEMPLATE_KEY_UNKNOWN 3:11 ~session'],
    [issuer(SOUND.replace('https', 'http')), 'TEMPLATE_VALUE_INVALID 4:36'],
    [issuer(SOUND.replace('https://', 'ftp://')), 'TEMPLATE_VALUE_INVALID 4:36'],
    [issuer(SOUND.replace('id.test', 'me@id.test')), 'TEMPLATE_VALUE_INVALID 4:36'],
    [issuer(SOUND.replace('audience: weir, ', '')), 'TEMPLATE_FIELD_CONFLICT 4:27'],
    [issuer(SOUND.replace('scientist', 'scientists')), 'TEMPLATE_REFERENCE_UNKNOWN 4:91 ~scientist'],
    [issuer(SOUND.replace('{groups: a}', '{}')), 'TEMPLATE_VALUE_INVALID 4:90'],
    [issuer(SOUND.replace(', roles: {scientist: {groups: a}}', '')), 'TEMPLATE_KEY_MISSING 4:27'],
    [issuer(`${SOUND}, algorithms: [none]`), 'TEMPLATE_WORD_UNKNOWN 4:117'],
    [issuer(`${SOUND}, algorithms: [HS256]`), 'TEMPLATE_WORD_UNKNOWN 4:117 ~ES256'],
    [issuer(`${SOUND}, clock-skew: 6m`), 'TEMPLATE_VALUE_INVALID 4:116'],
    [issuer(`${SOUND}, keys: [{kty: oct, k: a}]`), 'TEMPLATE_VALUE_INVALID 4:111'],
    [issuer(`${SOUND}, keys: [{kty: EC, d: a}]`), 'TEMPLATE_VALUE_INVALID 4:111'],
    [issuer(`${SOUND}, keys: [{x: a}]`), 'TEMPLATE_VALUE_INVALID 4:111'],
    [issuer(`${SOUND}, keys: http://id.test/k`), 'TEMPLATE_VALUE_INVALID 4:110'],
    [issuer(`${SOUND}, ca: gone.pem`), 'TEMPLATE_FILE_MISSING 4:108'],
    [issuer(`${SOUND}, ca: ../ca.pem`), 'TEMPLATE_VALUE_INVALID 4:108'],
    [issuer(`${SOUND}, ca: empty.pem`), 'TEMPLATE_VALUE_INVALID 4:108'],
    [issuer(`${SOUND}, ca: secret.pem`), 'TEMPLATE_VALUE_INVALID 4:108'],
  ] as const) {
    const files = { 'empty.pem': '', 'secret.pem': `${PEM}-----BEGIN PRIVATE KEY-----\n` };
    assert.deepEqual(findingsOf(text, files), expected, text);
  }
});

test('checkSignIn() takes an issuer once', () => {
  const twice = `${PEOPLE}sign-in: {issuers: {corp: {${SOUND}}, lab: {${SOUND}}}}`;
  assert.match(findingsOf(twice).join(), /^TEMPLATE_NAME_TAKEN 4:/);
});

test('buildSignIn() fills in what is not said, and the file of the authority', () => {
  const { signIn } = makeTemplate(issuer(`${SOUND}, ca: ca.pem`), { 'ca.pem': PEM });
  assert.deepEqual(signIn?.session, { life: 28_800_000, idle: 3_600_000 });
  assert.deepEqual(signIn?.issuers.get('corp'), {
    name: 'corp',
    description: null,
    url: 'https://id.test/r',
    audience: ['weir'],
    keys: { from: 'discovery' },
    ca: PEM,
    algorithms: ['ES256', 'EdDSA', 'PS256', 'RS256'],
    clockSkew: 30_000,
    proof: false,
    roles: [{ role: 'scientist', claims: [{ claim: 'groups', values: ['a'] }] }],
    login: null,
  });
  assert.equal(makeTemplate(PEOPLE).signIn, undefined, 'a template that says nothing of it keeps its digest');
});

test('a template with identity providers survives its stored form', () => {
  const template = makeTemplate(issuer(`${SOUND}, keys: [{kty: OKP, crv: Ed25519, x: a}]`));
  assert.deepEqual(templateFromJson(JSON.parse(JSON.stringify(templateToJson(template)))), template);
});

test('a change of who may vouch is judged', () => {
  const effect = (before: string, after: string): string[] =>
    diffTemplates(makeTemplate(before), makeTemplate(after)).map(({ path, effect: e }) => `${path} ${e}`);
  const two = `${PEOPLE}sign-in: {issuers: {corp: {${SOUND}}, lab: {${SOUND.replace('id.test', 'lab.test')}}}}`;
  assert.deepEqual(effect(PEOPLE, issuer(SOUND)), ['signIn weakens']);
  assert.deepEqual(effect(issuer(SOUND), PEOPLE), ['signIn strengthens']);
  assert.deepEqual(effect(issuer(SOUND), two), ['signIn.issuers.lab weakens']);
  assert.deepEqual(effect(two, issuer(SOUND)), ['signIn.issuers.lab strengthens']);
  assert.deepEqual(effect(issuer(SOUND), issuer(`${SOUND}, proof: required`)), [
    'signIn.issuers.corp.proof strengthens',
  ]);
  assert.deepEqual(effect(issuer(SOUND), issuer(`${SOUND}, clock-skew: 1m`)), [
    'signIn.issuers.corp.clockSkew weakens',
  ]);
  assert.deepEqual(effect(issuer(SOUND), issuer(SOUND.replace('groups: a', 'groups: b'))), [
    'signIn.issuers.corp.roles weakens',
  ]);
});
