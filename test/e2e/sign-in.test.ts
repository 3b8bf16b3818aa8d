import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { systemClock } from '#base/core/index.ts';
import { addAgentCommand } from '#run/cli/commands/agent.ts';
import { addLoginCommand } from '#run/cli/commands/login.ts';
import { addServiceCommand } from '#run/cli/commands/service.ts';
import { addSessionCommand } from '#run/cli/commands/session.ts';
import { addUserCommand } from '#run/cli/commands/user.ts';
import { runCommand } from '#run/cli/testing.ts';
import { makeTestClient, makeTestIssuer } from '#trust/identity/people/testing.ts';
import { eventually } from '../support/eventually.ts';
import { startIdentityProvider } from '../support/identity-provider.ts';
import { openTrust } from '../support/open-trust.ts';
import { requireProgram } from '../support/outside.ts';
import { tourSteps } from '../support/tour.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';

const run = promisify(execFile);

const TEMPLATE = (issuer: string, lab: string, edge: object): string => `
devices: { truck: {} }
streams:
  climate: { from: truck, purposes: [quality], fields: { n: { type: integer } } }
  pump: { from: truck, fields: { n: { type: integer } } }
people:
  scientist: { query: [climate, pump], purposes: [quality] }
  keeper: { may: [administer, audit, monitor] }
api: { signatures: [monitor] }
sign-in:
  issuers:
    corp:
      issuer: ${issuer}
      audience: weir
      ca: corp-ca.pem
      roles: { scientist: { groups: [analysts] } }
    lab:
      issuer: ${lab}
      algorithms: [RS256]
      roles: { keeper: { groups: analysts } }
      login: { client: weir-cli }
    edge:
      issuer: https://edge.test
      audience: weir
      keys: [${JSON.stringify(edge)}]
      proof: nonce
      roles: { scientist: { groups: [analysts] } }
`;

const COMMANDS = {
  agent: addAgentCommand,
  user: addUserCommand,
  service: addServiceCommand,
  session: addSessionCommand,
  login: addLoginCommand,
  logout: addLoginCommand,
  whoami: addLoginCommand,
} as const;

/** An identity provider's documents over HTTPS, under an authority of its own. */
async function serveIssuer(t: TestContext) {
  const { identity } = await openTrust(t);
  const { key, certificate } = await identity.serverCertificate([]);
  const documents: Record<string, unknown> = {};
  const server = createServer({ key, cert: certificate }, (request, response) => {
    const found = documents[request.url ?? ''];
    response.writeHead(found === undefined ? 404 : 200).end(JSON.stringify(found ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://localhost:${(server.address() as AddressInfo).port}/realms/plant`;
  const issuer = await makeTestIssuer(systemClock, { url });
  documents['/realms/plant/.well-known/openid-configuration'] = { issuer: url, jwks_uri: `${url}/certs` };
  documents['/realms/plant/certs'] = { keys: [issuer.jwk] };
  return { ...issuer, url, documents, authority: identity.certificates.root };
}

test('people and programs show who they are', async (t) => {
  const corp = await serveIssuer(t);
  const lab = await startIdentityProvider(t);
  const edge = await makeTestIssuer(systemClock, { url: 'https://edge.test' });
  await using weir = await startTestPlatform(TEMPLATE(corp.url, lab.url, edge.jwk), { 'corp-ca.pem': corp.authority });
  const typed = async (line: string, ...more: string[]): Promise<string> => {
    const words = line.replace('npm run -s weir -- ', '').split(' ');
    const add = COMMANDS[words[0] as keyof typeof COMMANDS];
    return (await runCommand(add, ...words, ...more, '--data', weir.layout.root)).out.trim();
  };
  const status = async (token: string, path = '/v1/me'): Promise<number> =>
    (await weir.call('GET', path, { token })).status;

  await t.test(
    'the operator invites the first administrator, who signs in once and invites no further by that code',
    async () => {
      const [file, session] = [join(weir.folder, 'code'), join(weir.folder, 'weir.session')];
      await writeFile(file, await typed('npm run -s weir -- user invite ada --role keeper'));
      assert.equal(await typed('login', '--code-file', file, '--out', session), session);
      assert.match(
        await typed('whoami', '--token-file', session),
        /^person p[0-9a-f]+\nroles keeper\nby code, bearer$/,
      );
      await assert.rejects(typed('login', '--code-file', file, '--out', session), { code: 'CLI_REFUSED' });
      const [row] = (await weir.ask<{ sessions: { id: string }[] }>('GET', '/v1/sessions')).sessions;
      assert.match(await typed('session list', '--token-file', session), new RegExp(`^${row?.id} +ada +code`, 'm'));
      assert.equal(await typed(`session revoke ${row?.id} --yes`), `${row?.id} is ended`);
      await assert.rejects(typed('whoami', '--token-file', session), { code: 'CLI_REFUSED' });
    },
  );

  await t.test('a password lets in, and a session out', async () => {
    const [file, session] = [join(weir.folder, 'password'), join(weir.folder, 'second.session')];
    await writeFile(file, 'nine quiet herons\n');
    await typed('user password ada --yes', '--password-file', file);
    await typed('login ada', '--password-file', file, '--out', session);
    assert.match(await typed('whoami', '--token-file', session), /by password, bearer$/);
    assert.equal(await typed('logout', '--token-file', session), 'the session is ended');
    await assert.rejects(typed('whoami', '--token-file', session), { code: 'CLI_REFUSED' });
    await writeFile(file, 'some other words\n');
    await assert.rejects(typed('login ada', '--password-file', file, '--out', session), { code: 'CLI_REFUSED' });
  });

  await t.test('a key reads what it was made for, and ends at once', async () => {
    await typed('npm run -s weir -- service add loader --role scientist');
    const key = await typed('npm run -s weir -- service key add loader --view climate --action query --days 30');
    const count = (view: string) =>
      weir.query(`select count(*)::integer as n from ${view}`, {
        token: key,
        ...(view === 'climate' ? { purpose: 'quality' } : {}),
      });
    assert.deepEqual(await count('climate'), [{ n: 0 }]);
    await assert.rejects(count('pump'), { code: 'QUERY_REFUSED' });
    assert.equal(await status(key, '/v1/users'), 403);
    const id =
      /^(\S+) +loader .* actions query; views climate +\S+ +20/m.exec(await typed('service key list'))?.[1] ?? '';
    assert.equal(await typed(`service key revoke ${id} --yes`), `${id} is revoked`);
    assert.equal(await status(key), 401);
  });

  await t.test('software acts for a person, with what both may, until the person is out', async () => {
    const token = await weir.addUser('agnes', ['scientist']);
    const file = join(weir.folder, 'agnes.token');
    await writeFile(file, token, { mode: 0o600 });
    const key = await typed(
      'npm run -s weir -- agent add helper --action query --view climate --days 7',
      '--token-file',
      file,
    );
    const count = (view: string) =>
      weir.query(`select count(*)::integer as n from ${view}`, {
        token: key,
        ...(view === 'climate' ? { purpose: 'quality' } : {}),
      });
    assert.deepEqual(await count('climate'), [{ n: 0 }]);
    await assert.rejects(count('pump'), { code: 'QUERY_REFUSED' });
    assert.equal(await status(key, '/v1/me/agents'), 400, 'an agent makes no agents');
    assert.match(
      await typed('agent list', '--token-file', file),
      /helper +enabled +scientist +actions query; views climate/,
    );
    const logged = await eventually(
      async () => {
        const { entries } = await weir.ask<{ entries: { event: { actor: string; action: string } }[] }>(
          'GET',
          '/v1/audit/entries?limit=1000',
        );
        return entries
          .map(({ event }) => event)
          .filter(({ actor, action }) => actor.startsWith('agent:') && action === 'query');
      },
      (found) => found.length > 0,
    );
    const { users } = await weir.ask<{ users: { id: string; name: string }[] }>('GET', '/v1/users');
    const owner = users.find(({ name }) => name === 'agnes')?.id ?? '';
    assert.ok(
      logged.every(({ actor }) => actor.endsWith(`@person:${owner}`)),
      JSON.stringify(logged),
    );
    await weir.ask('POST', `/v1/users/${owner}/disable`, { body: {} });
    assert.equal(await status(key), 401);
  });

  await t.test('a program is known by its certificate, to curl too', async (sub) => {
    const curl = requireProgram(sub, 'curl');
    const folder = join(weir.folder, 'gate');
    await typed('service add gate --role keeper --certificate', '--out', folder);
    const ask = async () => {
      const files = [
        '--key',
        `${folder}/service.key`,
        '--cert',
        `${folder}/service.crt`,
        '--cacert',
        `${folder}/ca.crt`,
      ];
      const { stdout } = await run(curl, ['-sS', ...files, `${weir.platform.address.https}/v1/me`]);
      return JSON.parse(stdout) as { kind?: string; roles?: string[]; strength?: string; code?: string };
    };
    const me = await ask();
    assert.deepEqual([me.kind, me.roles, me.strength], ['service', ['keeper'], 'bound']);
    const { users } = await weir.ask<{ users: { id: string; name: string }[] }>('GET', '/v1/users');
    const id = users.find(({ name }) => name === 'gate')?.id ?? '';
    await typed(`user disable ${id}`);
    assert.equal((await ask()).code, 'API_UNAUTHENTICATED');
  });

  await t.test('a token of the provider lets in, over HTTPS to its keys; a rotated key is found', async () => {
    const me = await weir.ask<{ roles: string[]; method: string }>('GET', '/v1/me', { token: await corp.sign() });
    assert.deepEqual([me.roles, me.method], [['scientist'], 'access-token']);
    assert.match(await typed('user list'), /person +corp:ada/);
  });

  await t.test('a person signs in at the provider, and has the roles that its claims give', async () => {
    const redirect = 'http://127.0.0.1:9/returned';
    const post = <T>(path: string, body: object): Promise<T> => weir.ask<T>('POST', path, { token: '', body });
    const begun = await post<{ handle: string; address: string }>('/v1/sign-in/login', { provider: 'lab', redirect });
    const finish = { handle: begun.handle, returned: await lab.browse(begun.address) };
    const { token } = await post<{ token: string }>('/v1/sign-in/login/finish', finish);
    const me = await weir.ask<{ roles: string[]; method: string }>('GET', '/v1/me', { token });
    assert.deepEqual([me.roles, me.method], [['keeper'], 'login']);
    await assert.rejects(post('/v1/sign-in/login/finish', finish), { code: 'API_UNAUTHENTICATED' });
    // Their agents have what the provider said, until the session that it was said for is ended.
    const session = join(weir.folder, 'lab.session');
    await writeFile(session, token, { mode: 0o600 });
    const key = await typed('agent add nightly --days 7', '--token-file', session);
    const agent = await weir.ask<{ kind: string; roles: string[] }>('GET', '/v1/me', { token: key });
    assert.deepEqual([agent.kind, agent.roles, await status(key, '/v1/users')], ['agent', ['keeper'], 200]);
    await typed('logout', '--token-file', session);
    assert.equal(await status(key), 401);
    // What an access token says ends with it.
    const body = { name: 'x', days: 1 };
    const refused = await weir.call('POST', '/v1/me/agents', { token: await corp.sign(), body });
    assert.deepEqual([refused.status, refused.json<{ code: string }>().code], [400, 'API_AGENT_REFUSED']);
  });

  await t.test('whatever is wrong with a token looks alike from outside and is told apart in the log', async () => {
    const now = Math.floor(systemClock.now() / 1_000_000);
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: corp.url, aud: 'weir', sub: 'ada', exp: now + 60 };
    const client = await makeTestClient(systemClock);
    const bound = await corp.sign({ cnf: { jkt: client.thumbprint } });
    const stranger = await makeTestIssuer(systemClock, { url: corp.url });
    const wrong = {
      'wrong-algorithm': `${part({ alg: 'none' })}.${part(claims)}.`,
      'wrong-audience': await corp.sign({ aud: 'other' }),
      'wrong-issuer': await corp.sign({ iss: 'https://id.example.com' }),
      expired: await corp.sign({ exp: now - 60 }),
      'not-yet-valid': await corp.sign({ nbf: now + 600 }),
      'wrong-key': await stranger.sign(),
      unproved: bound,
    };
    const answers = new Set<string>();
    for (const token of Object.values(wrong)) {
      const answer = await weir.call('GET', '/v1/me', { token });
      answers.add(`${answer.status} ${answer.body.toString()}`);
    }
    assert.equal(answers.size, 1);
    assert.match([...answers][0] ?? '', /^401 .*API_UNAUTHENTICATED/);
    const reasons = await eventually(
      async () => new Set((await signIns(weir)).map(({ reason }) => reason)),
      (seen) => Object.keys(wrong).every((reason) => seen.has(reason)),
    );
    assert.ok(reasons.isSupersetOf(new Set(Object.keys(wrong))), [...reasons].join());
  });

  await t.test('a token that is bound to a key counts with a proof, and each proof once', async () => {
    const client = await makeTestClient(systemClock);
    const token = await corp.sign({ cnf: { jkt: client.thumbprint } });
    const htu = `${weir.platform.address.api}/v1/me`;
    const ask = async (proof: string) => {
      const headers = { authorization: `DPoP ${token}`, dpop: proof };
      return weir.call('GET', '/v1/me', { token: '', headers });
    };
    // A proof of the second in which the platform began would be one of before it.
    const proof = await client.prove(token, { htu });
    const first = await ask(proof);
    assert.deepEqual([first.status, first.json<{ strength: string }>().strength], [200, 'bound']);
    assert.equal((await ask(proof)).status, 401);
    assert.equal((await ask(await client.prove(token, { htu: `${htu}/sign-out` }))).status, 401);
    assert.equal((await ask(await client.prove(token, { htu }))).status, 200);
  });

  await t.test('where the template asks for it, a proof counts with a nonce that the platform gave', async () => {
    const client = await makeTestClient(systemClock);
    const token = await edge.sign({ cnf: { jkt: client.thumbprint } });
    const htu = `${weir.platform.address.api}/v1/me`;
    const ask = async (nonce?: string) => {
      const dpop = await client.prove(token, { htu, ...(nonce === undefined ? {} : { nonce }) });
      return weir.call('GET', '/v1/me', { token: '', headers: { authorization: `DPoP ${token}`, dpop } });
    };
    const first = await ask();
    assert.equal(first.status, 401);
    assert.match(String(first.headers['www-authenticate']), /^DPoP error="use_dpop_nonce"/);
    const nonce = String(first.headers['dpop-nonce']);
    assert.equal((await ask(nonce)).status, 200);
    assert.equal((await ask(`${nonce}x`)).status, 401);
    const stranger = await weir.call('GET', '/v1/me', { token: '', headers: { authorization: `DPoP ${token}` } });
    assert.deepEqual([stranger.status, stranger.headers['dpop-nonce']], [401, undefined]);
  });

  await t.test('a program does what its page says, openssl signing and curl asking', async (sub) => {
    for (const program of ['openssl', 'curl']) requireProgram(sub, program);
    const page = await readFile(join(import.meta.dirname, '../..', 'docs/tasks/use-the-api.md'), 'utf8');
    await writeFile(join(weir.folder, 'ca.crt'), await readFile(join(weir.layout.identity, 'ca.crt')));
    const printed: string[] = [];
    for (const { commands } of tourSteps(page)) {
      if (commands.startsWith('npm run')) {
        // The commands of `weir` run here, where their files are.
        for (const line of commands.trim().split('\n'))
          printed.push(await typed(line.replace('signing.pub', join(weir.folder, 'signing.pub'))));
        continue;
      }
      const [TOKEN = '', KEYID = ''] = printed.slice(1);
      const env = { PATH: process.env['PATH'], WEIR: weir.platform.address.api, TOKEN, KEYID };
      const { stdout } = await run('sh', ['-e', '-c', commands], { cwd: weir.folder, env });
      if (KEYID !== '') assert.match(stdout, /^weir_uptime_seconds /m);
    }
    const [, token = ''] = printed;
    assert.equal(
      (await weir.call('GET', '/v1/metrics', { token })).json<{ code: string }>().code,
      'API_SIGNATURE_INVALID',
    );
  });

  await t.test('sessions and keys outlast a restart, revoked ones stay revoked', async () => {
    const key = await typed('service key add loader');
    const revoked = await typed('service key add loader');
    const { keys } = await weir.ask<{ keys: { id: string }[] }>('GET', '/v1/api-keys');
    await typed(`service key revoke ${keys.at(-1)?.id} --yes`);
    await weir.restart();
    assert.deepEqual(
      [await status(key), await status(revoked)].sort((a, b) => a - b),
      [200, 401],
    );
  });
});

async function signIns(weir: TestPlatform): Promise<{ action: string; reason?: string }[]> {
  const path = '/v1/audit/entries?limit=1000';
  const { entries } = await weir.ask<{ entries: { event: { action: string; reason?: string } }[] }>('GET', path);
  return entries.map(({ event }) => event).filter(({ action }) => action === 'sign-in');
}
