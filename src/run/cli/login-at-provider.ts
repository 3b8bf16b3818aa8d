import { listenForRedirect } from './await-redirect.ts';
import type { SessionRow } from './commands/session.ts';
import { CliError } from './errors.ts';
import type { UserRow } from './find-user.ts';
import type { PlatformClient } from './platform-client.ts';

/** What a login is exchanged into. */
export interface LoginAnswer {
  readonly token: string;
  readonly session: SessionRow;
  readonly user: UserRow;
}

const PATIENCE_MS = 600_000;

interface BegunLogin {
  readonly handle: string;
  readonly address: string;
  readonly userCode?: string;
}

/**
 * Signs somebody in at their identity provider.
 *
 * @param say tells them what to open
 * @throws {CliError} CLI_UNFINISHED when ten minutes are over
 */
export async function loginInBrowser(
  client: PlatformClient,
  provider: string,
  say: (text: string) => void,
): Promise<LoginAnswer> {
  using listener = await listenForRedirect();
  const body = { provider, redirect: listener.redirect };
  const { handle, address } = await client.json<BegunLogin>('POST', '/v1/sign-in/login', { body });
  say(`open this address in a browser on this machine:\n\n  ${address}\n`);
  const returned = await listener.returned(PATIENCE_MS);
  return client.json<LoginAnswer>('POST', '/v1/sign-in/login/finish', { body: { handle, returned } });
}

/** The same where the browser is on another machine. */
export async function loginOnDevice(
  client: PlatformClient,
  provider: string,
  say: (text: string) => void,
): Promise<LoginAnswer> {
  const begun = await client.json<BegunLogin>('POST', '/v1/sign-in/login', { body: { provider } });
  say(`open ${begun.address} on any device and enter ${begun.userCode ?? ''}`);
  const deadline = performance.now() + PATIENCE_MS;
  // Each question waits for an answer at the platform.
  while (performance.now() < deadline) {
    const body = { handle: begun.handle };
    const answer = await client.json<LoginAnswer | { pending: true }>('POST', '/v1/sign-in/login/finish', { body });
    if (!('pending' in answer)) return answer;
  }
  throw new CliError('CLI_UNFINISHED', 'Cannot sign in: time is up');
}
