import type { AuditEvent, Micros } from '#base/core/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { CatalogueTransaction } from '#base/storage/index.ts';
import type { IdentityContext } from '../identity-context.ts';
import { PEOPLE, TOKENS } from '../identity-tables.ts';
import type { PersonPrivate } from '../identity-tables.ts';
import { parseListDetail } from '../list-detail.ts';
import type { LogReplay } from '../revocation/log-fold.ts';
import { REGION_OF_ROLES } from './person.ts';
import { API_KEYS, CODES, PASSWORDS, SESSIONS, SIGNING_KEYS } from './sign-in-tables.ts';
import type { ApiKeyPrivate, PasswordPrivate, SessionPrivate, SigningKeyPrivate } from './sign-in-tables.ts';

/** The last word of the log on one account. */
interface Account {
  state?: 'enabled' | 'disabled';
  roles?: readonly string[];
  /** Null where it is left to the roles. */
  region?: string | null;
  /** When its bearer token, its password and its one-time code were last replaced: what is older is void. */
  token?: Micros;
  password?: Micros;
  code?: Micros;
}

/** Ids of what the log says was taken back. */
interface TakenBack {
  readonly keys: Set<string>;
  readonly signingKeys: Set<string>;
  readonly sessions: Set<string>;
}

/**
 * What the log says of people and of what they sign in with, done again over a catalogue that may be an older copy:
 * what was taken back, replaced or used up is so again.
 */
export function replaySignIns(context: IdentityContext): LogReplay {
  const accounts = new Map<string, Account>();
  const taken: TakenBack = { keys: new Set(), signingKeys: new Set(), sessions: new Set() };
  return {
    take({ time, event }) {
      const { action, resource, outcome } = event;
      if (outcome !== 'done') return;
      const [, kind, id = ''] = /^(person|key|signing-key|session):(.+)$/s.exec(resource) ?? [];
      if (kind === 'key' && action === 'revoke-key') taken.keys.add(id);
      if (kind === 'signing-key' && action === 'revoke-key') taken.signingKeys.add(id);
      if (kind === 'session' && action === 'revoke-session') taken.sessions.add(id);
      const person = action === 'begin-session' ? event.actor.replace(/^person:/, '') : kind === 'person' ? id : null;
      if (person === null) return;
      const account = accounts.get(person) ?? {};
      accounts.set(person, account);
      note(account, time, event);
    },
    async apply() {
      await context.catalogue.transaction(async (tx) => {
        for (const [person, account] of accounts) await settle(tx, context, person, account);
        await takeBack(tx, context, taken);
      });
    },
  };
}

function note(account: Account, time: Micros, { action, detail }: AuditEvent): void {
  switch (action) {
    case 'disable-person':
    case 'enable-person':
      account.state = action === 'enable-person' ? 'enabled' : 'disabled';
      return;
    case 'set-roles':
      account.roles = parseListDetail('roles', detail);
      return;
    case 'set-region':
      account.region = detail?.['region'] === REGION_OF_ROLES ? null : String(detail?.['region']);
      return;
    case 'rotate-token':
      account.token = time;
      return;
    case 'set-password':
      account.password = time;
      return;
    case 'issue-code':
      account.code = time;
      return;
    case 'begin-session':
      if (detail?.['method'] === 'code') account.code = time;
  }
}

async function settle(
  tx: CatalogueTransaction,
  { people }: IdentityContext,
  person: string,
  { state, roles, region, token, password, code }: Account,
): Promise<void> {
  const list = new SealedTable<typeof PEOPLE.key, typeof PEOPLE.clear, PersonPrivate>(PEOPLE, people);
  const isSaid = [state, roles, region].some((word) => word !== undefined);
  const row = isSaid ? await list.get(tx, { id: person }) : null;
  if (row !== null) {
    const { sealed, ...columns } = row;
    const place = region === undefined ? (sealed.region ?? null) : region;
    const said = { name: sealed.name, roles: roles ?? sealed.roles, ...(place === null ? {} : { region: place }) };
    await list.put(tx, { ...columns, status: state ?? row.status }, said);
  }
  if (token !== undefined) {
    const tokens = new SealedTable(TOKENS, people);
    for (const { digest } of await tokens.list(tx, { where: { person, created: { below: token } } })) {
      await tokens.delete(tx, { digest });
    }
  }
  if (code !== undefined) {
    const codes = new SealedTable(CODES, people);
    for (const { digest } of await codes.list(tx, { where: { person, created: { below: code } } })) {
      await codes.delete(tx, { digest });
    }
  }
  if (password !== undefined) {
    const passwords = new SealedTable<typeof PASSWORDS.key, typeof PASSWORDS.clear, PasswordPrivate>(PASSWORDS, people);
    const kept = await passwords.get(tx, { person });
    if (kept !== null && kept.changed < password) await passwords.delete(tx, { person });
  }
}

async function takeBack(
  tx: CatalogueTransaction,
  { people }: IdentityContext,
  { keys, signingKeys, sessions }: TakenBack,
): Promise<void> {
  const keyTable = new SealedTable<typeof API_KEYS.key, typeof API_KEYS.clear, ApiKeyPrivate>(API_KEYS, people);
  for (const id of keys) {
    const [row] = await keyTable.list(tx, { where: { id, status: 'enabled' }, limit: 1 });
    if (row !== undefined) await keyTable.put(tx, { ...row, status: 'revoked' }, row.sealed);
  }
  const signing = new SealedTable<typeof SIGNING_KEYS.key, typeof SIGNING_KEYS.clear, SigningKeyPrivate>(
    SIGNING_KEYS,
    people,
  );
  for (const id of signingKeys) {
    const row = await signing.get(tx, { id });
    if (row !== null) await signing.put(tx, { ...row, status: 'revoked' }, row.sealed);
  }
  const sessionTable = new SealedTable<typeof SESSIONS.key, typeof SESSIONS.clear, SessionPrivate>(SESSIONS, people);
  for (const id of sessions) {
    const [row] = await sessionTable.list(tx, { where: { id, status: 'enabled' }, limit: 1 });
    if (row !== undefined) await sessionTable.put(tx, { ...row, status: 'revoked' }, row.sealed);
  }
}
