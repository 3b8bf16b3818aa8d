import type { Json } from '#base/core/index.ts';
import { sealedTableSql } from '#base/storage/index.ts';
import type { CatalogueSchema, Columns, SealedTableSpec } from '#base/storage/index.ts';

const table = <const K extends Columns, const C extends Columns, S extends Json = null>(
  spec: SealedTableSpec<K, C, S>,
): SealedTableSpec<K, C, S> => spec;

export type ApiKeyPrivate = {
  readonly name: string;
  readonly actions: readonly string[] | null;
  readonly views: readonly string[] | null;
  readonly purposes: readonly string[] | null;
  /** Roles of the software that acts for the owner; absent where the key is the owner's own. */
  readonly agent?: readonly string[];
};

/** Keys of programs by their SHA-256; `status` is `enabled` or `revoked`. */
export const API_KEYS = table({
  name: 'signin_key',
  key: { digest: 'blob' },
  clear: {
    id: 'text',
    person: 'text',
    status: 'text',
    created: 'integer',
    expires: 'integer',
    last_used: 'integer?',
  },
  sealed: (value) => value as ApiKeyPrivate,
  unique: [['id']],
  indexes: [['person']],
});

export type SessionPrivate = {
  /** Where it began. */
  readonly address: string;
  /** What an identity provider said when it began, and which; null for accounts of the platform. */
  readonly issuer: string | null;
  readonly claims: Json;
};

/** Sessions by the SHA-256 of their token; `status` is `enabled` or `revoked`. */
export const SESSIONS = table({
  name: 'signin_session',
  key: { digest: 'blob' },
  clear: {
    id: 'text',
    person: 'text',
    status: 'text',
    method: 'text',
    strength: 'text',
    created: 'integer',
    expires: 'integer',
    last_used: 'integer',
  },
  sealed: (value) => value as SessionPrivate,
  unique: [['id']],
  indexes: [['person'], ['expires']],
});

export type PasswordPrivate = {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
  /** Base64, as is the derived value. */
  readonly salt: string;
  readonly derived: string;
};

/** What was derived from the passwords of accounts, with argon2id. */
export const PASSWORDS = table({
  name: 'signin_password',
  key: { person: 'text' },
  clear: { changed: 'integer' },
  sealed: (value) => value as PasswordPrivate,
});

/** Codes that are exchanged once, by their SHA-256. */
export const CODES = table({
  name: 'signin_code',
  key: { digest: 'blob' },
  clear: { id: 'text', person: 'text', created: 'integer', expires: 'integer' },
  unique: [['id']],
  indexes: [['person']],
});

export type SigningKeyPrivate = {
  readonly name: string;
  /** SPKI in base64. */
  readonly spki: string;
};

/** Public keys by which requests are signed; `status` is `enabled` or `revoked`. */
export const SIGNING_KEYS = table({
  name: 'signin_signing_key',
  key: { id: 'text' },
  clear: { person: 'text', status: 'text', created: 'integer', expires: 'integer' },
  sealed: (value) => value as SigningKeyPrivate,
  indexes: [['person']],
});

/** Tables of what people and programs sign in with besides certificates and tokens. */
export const SIGN_IN_SCHEMA: CatalogueSchema = {
  room: 'signin',
  migrations: [
    [...sealedTableSql(API_KEYS), ...sealedTableSql(SESSIONS), ...sealedTableSql(PASSWORDS), ...sealedTableSql(CODES)],
    [...sealedTableSql(SIGNING_KEYS)],
  ],
};
