import { CliError } from './errors.ts';
import type { PlatformClient } from './platform-client.ts';

/** Somebody as the API shows them. */
export interface UserRow {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly status: string;
  readonly created: string;
}

/** The entry of a person or program by name or id. @throws {CliError} CLI_USER_UNKNOWN */
export async function findUser(client: PlatformClient, nameOrId: string): Promise<UserRow> {
  const { users } = await client.json<{ users: UserRow[] }>('GET', '/v1/users');
  const found = users.find(({ name }) => name === nameOrId) ?? users.find(({ id }) => id === nameOrId);
  if (found !== undefined) return found;
  throw new CliError('CLI_USER_UNKNOWN', `Cannot find ${nameOrId}: there is nobody of that name or id`, {
    hint: 'See who there is with `npm run -s weir -- user list`',
  });
}
