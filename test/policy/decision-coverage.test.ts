import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ACTION_RULES } from '#declare/policy/index.ts';
import { COMMANDS } from '#run/cli/command-table.ts';
import { ROUTES } from '#run/server/api/routes.ts';

/** Routes without a decision of their own, and why none is missing. */
const WITHIN: Readonly<Record<string, string>> = {
  'POST /v1/keys/unwrap': 'decides about exporting the stream that the key’s segment is of',
  'POST /v1/query': 'decides about each relation that the statement reads',
  'GET /v1/queries/:id': 'shows only what the caller ran',
  'GET /v1/queries/:id/receipt': 'the same',
  'GET /v1/proposals': 'for who may approve what others propose, or administers the template: decided by the handler',
  'GET /v1/proposals/:id': 'the same',
  'POST /v1/datasets': 'is a statement, decided as one',
  'GET /v1/datasets': 'lists what was made from what the caller may see as it was frozen',
  'GET /v1/datasets/:name': 'the same',
  'GET /v1/datasets/:name/lineage': 'the same',
  'GET /v1/datasets/:name/rows': 'the same, anew at each reading',
  'POST /v1/datasets/:name/delete': 'for its maker, or who administers: decided by the handler',
  'POST /v1/datasets/:name/credential': 'gives no more than reading this dataset, to who may',
  'GET /v1/privacy': 'lists the budgets of streams that the caller may ask with noise, or administers',
  'POST /v1/releases': 'decides about exporting the view, and is a statement over it',
  'GET /v1/releases': 'shows only what the caller asked for, to who approves or administers those of everybody',
  'GET /v1/releases/:id/rows': 'for who asked for it; is a statement over its view, decided anew',
  'POST /v1/encrypted-sums': 'is a statement over one view as the caller',
  'POST /v1/tokens/originals': 'decides about detokenising the view, and is a statement over it as the caller',
  'POST /v1/tokens': 'decides about detokenising the view',
  'GET /v1/views': 'decides about each relation that it lists',
  'GET /v1/views/:view': 'is a statement over one relation',
};
const SELF: Readonly<Record<string, string>> = {
  'GET /v1/me': 'shows callers what they have shown themselves',
  'GET /v1/me/agents': 'shows software that acts for the caller',
  'POST /v1/me/agents': 'what it makes may what both it and the caller may, which is decided at each request',
  'POST /v1/me/agents/:id/revoke': 'ends software that acts for the caller, and no other',
  'POST /v1/me/sign-out': 'ends the session that it is asked with, and no other',
};
const OPEN: Readonly<Record<string, string>> = {
  'POST /v1/sign-in/password': 'somebody who has yet to show who they are; attempts are bounded by account and network',
  'POST /v1/sign-in/code': 'somebody who has yet to show who they are; a code counts once',
  'GET /v1/sign-in/providers': 'names of identity providers, for somebody who has yet to sign in',
  'POST /v1/sign-in/login': 'somebody who has yet to show who they are; the identity provider says who they are',
  'POST /v1/sign-in/login/finish': 'the same; a login ends once, for who holds its handle',
  'GET /v1/prove/keys': 'public keys of evidence, which strangers verify with',
  'GET /v1/consents/keys': 'public keys of receipts, which strangers verify with',
  'GET /crl/:name': 'a signed list, which whoever checks a certificate reads (RFC 5280)',
  'POST /ocsp': 'signed answers for whoever checks a certificate (RFC 6960)',
  'GET /ocsp/*': 'signed answers for whoever checks a certificate (RFC 6960)',
  'GET /.well-known/est/cacerts':
    'certificates of the authority, which a device trusts before it can prove itself (RFC 7030)',
  'GET /.well-known/est/csrattrs': 'what a request has to say, before a device can prove itself (RFC 7030)',
  'GET /healthz': 'says only that something answers, for whoever watches the machine',
  'GET /readyz': 'says only whether it takes work, for whoever watches the machine',
  'GET /.well-known/security.txt': 'whom to tell of a weakness, for anybody (RFC 9116)',
  'GET /v1/openapi.json': 'what the API looks like: the same text is in the package',
  'GET /v1/audit/checkpoint': 'public by design: shows only that the log grows',
  'GET /v1/audit/checkpoint.witnessed': 'public by design',
  'GET /v1/audit/tile/*': 'hashes, public by design',
  'GET /v1/audit/keys': 'public keys of the log, which strangers verify with',
};

/** Commands that act on files or start a platform, and ask nothing of one that runs. */
const LOCAL: Readonly<Record<string, string>> = {
  demo: 'starts a platform of its own',
  init: 'writes a file',
  mud: 'reads profiles and logs of flows',
  policy: 'reads template files',
  up: 'starts a platform, with the passphrase of its root',
  witness: 'reads the public log',
};

/** Commands that share a file, or have one of another name. */
const FILES: Readonly<Record<string, string>> = {
  command: 'send-command',
  views: 'query',
  logout: 'login',
  whoami: 'login',
  approve: 'proposals',
  reject: 'proposals',
  tokenise: 'detokenise',
  alert: 'alerts',
  incident: 'incidents',
};

test('every route of the API has a decision, or stands in a list with the reason why not', () => {
  assert.ok(ROUTES.length > 20);
  for (const { method, path, access } of ROUTES) {
    const name = `${method} ${path}`;
    if (access === 'within') assert.ok(Object.hasOwn(WITHIN, name), `${name} decides within, without a reason`);
    else if (access === 'open') assert.ok(Object.hasOwn(OPEN, name), `${name} is open, without a reason`);
    else if (access === 'self') assert.ok(Object.hasOwn(SELF, name), `${name} is about oneself, without a reason`);
    else assert.ok(Object.hasOwn(ACTION_RULES, access.action), `${name} asks for an action that is none`);
  }
});

test('every command of the command line goes through a route, or stands in a list with the reason why not', () => {
  const folder = join(import.meta.dirname, '../../src/run/cli/commands');
  for (const command of COMMANDS.keys()) {
    if (Object.hasOwn(LOCAL, command)) continue;
    const file = FILES[command] ?? command;
    const source = readFileSync(join(folder, `${file}.ts`), 'utf8');
    assert.match(
      source,
      /withPlatform|PlatformClient|openLogSource|findPlatform|platformSink/,
      `${command} asks no platform and has no reason`,
    );
  }
});

test('nothing but the decision point and what composes it asks Cedar', () => {
  const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  assert.ok('@cedar-policy/cedar-wasm' in dependencies);
  const register = readFileSync(join(import.meta.dirname, '../../docs/dependencies.md'), 'utf8');
  assert.match(register, /`@cedar-policy\/cedar-wasm`[^\n]*\| `declare\/policy` \|/);
});
