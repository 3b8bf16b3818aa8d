import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { eventually } from './eventually.ts';
import { OwnPorts } from './own-ports.ts';
import { requireProgram } from './outside.ts';
import type { SkippableTest } from './outside.ts';
import type { Cleanable } from './tmp.ts';

/** A whole OpenBao server in memory, on loopback. */
export interface OpenBao {
  readonly url: string;
  /** Asks as its root. @throws {Error} for a refusal */
  ask(method: string, path: string, body?: object): Promise<Readonly<Record<string, unknown>>>;
  /** A token that may do what a policy says and nothing else. */
  tokenFor(policy: string): Promise<string>;
}

/** Starts the program `bao` as a development server: unsealed, empty, gone with the test. */
export async function startOpenBao(t: Cleanable & SkippableTest): Promise<OpenBao> {
  const program = requireProgram(t, 'bao');
  const root = `root-${randomBytes(12).toString('hex')}`;
  const own = await OwnPorts.claim(1);
  const address = `127.0.0.1:${own.ports[0]}`;
  const url = `http://${address}`;
  const options = ['-dev-no-store-token', `-dev-listen-address=${address}`];
  const environment = { ...process.env, BAO_DEV_ROOT_TOKEN_ID: root };
  const child = spawn(program, ['server', '-dev', ...options], { stdio: 'ignore', env: environment });
  const ended = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
    await own[Symbol.asyncDispose]();
  });
  const ask: OpenBao['ask'] = async (method, path, body) => {
    const given = body === undefined ? {} : { body: JSON.stringify(body) };
    const reply = await fetch(`${url}/v1/${path}`, { method, headers: { 'x-vault-token': root }, ...given });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
  await eventually(() => ask('GET', 'sys/health').then(() => true, () => false), (is) => is, 60_000); // prettier-ignore
  let policies = 0;
  const tokenFor = async (policy: string): Promise<string> => {
    const name = `weir-${(policies += 1)}`;
    await ask('PUT', `sys/policies/acl/${name}`, { policy });
    const made = await ask('POST', 'auth/token/create', { policies: [name], no_default_policy: true });
    return (made['auth'] as { client_token: string }).client_token;
  };
  return { url, ask, tokenFor };
}
