import { sealedTableSql } from '#base/storage/index.ts';
import type { CatalogueSchema, Columns, SealedTableSpec } from '#base/storage/index.ts';
import type { Json } from '#base/core/index.ts';
import type { PostureReport } from './profile/posture.ts';
import type { OwnProfile } from './profile/security-profile.ts';

const table = <const K extends Columns, const C extends Columns, S extends Json = null>(
  spec: SealedTableSpec<K, C, S>,
): SealedTableSpec<K, C, S> => spec;

/** Small facts about the deployment, by name. */
export const SETTINGS = table({
  name: 'identity_setting',
  key: { name: 'text' },
  clear: {},
  sealed: (value) => value,
});

export type AuthoritySecrets = {
  /** PEM. */
  readonly certificate: string;
  /** PKCS #8 sealed by custody, base64; empty where the key is elsewhere, or destroyed. */
  readonly key: string;
  /** When it was retired, in epoch microseconds. */
  readonly retired?: number;
};

/** Certificate authorities: `role` is `root` or `issuing`, `state` `active`, `pending` or `retired`. */
export const AUTHORITIES = table({
  name: 'identity_authority',
  key: { role: 'text', generation: 'integer' },
  clear: { state: 'text', created: 'integer', expires: 'integer' },
  sealed: (value) => value as AuthoritySecrets,
});

/**
 * Every certificate given: `holder_kind` is `device`, `client` or `server`, `state` `valid`, `suspended` or `revoked`.
 */
export const CERTIFICATES = table({
  name: 'identity_certificate',
  key: { serial: 'text' },
  clear: {
    fingerprint: 'text',
    holder_kind: 'text',
    holder: 'text',
    issuer: 'integer',
    state: 'text',
    created: 'integer',
    expires: 'integer',
    // Hex SHA-256 over the SubjectPublicKeyInfo; absent in rows of before.
    key_digest: 'text?',
  },
  unique: [['fingerprint']],
  indexes: [['holder_kind', 'holder'], ['expires'], ['key_digest']],
});

/** The table of certificates as its first release has it. */
const FIRST_CERTIFICATES = table({
  name: CERTIFICATES.name,
  key: CERTIFICATES.key,
  clear: {
    fingerprint: 'text',
    holder_kind: 'text',
    holder: 'text',
    issuer: 'integer',
    state: 'text',
    created: 'integer',
    expires: 'integer',
  },
  unique: [['fingerprint']],
  indexes: [['holder_kind', 'holder'], ['expires']],
});

export type DevicePrivate = {
  readonly owner: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly serials: readonly string[];
  readonly speaksFor: readonly string[];
  // What came later is absent in rows of before.
  readonly firstSeen?: number;
  /** Where it was last heard from, the newest first. */
  readonly addresses?: readonly string[];
  readonly profile?: OwnProfile;
  readonly posture?: PostureReport;
};

/** The inventory; `idx` is the row number of the device table, `status` one of `DEVICE_STATES`. */
export const DEVICES = table({
  name: 'identity_device',
  key: { name: 'text' },
  clear: { type: 'text', idx: 'integer', status: 'text', created: 'integer', last_seen: 'integer?' },
  sealed: (value) => value as unknown as DevicePrivate,
  unique: [['idx']],
});

export type PersonPrivate = {
  readonly name: string;
  readonly roles: readonly string[];
  /** Where they are; absent where their roles say. */
  readonly region?: string;
};

/** People and programs by pseudonymous id; the name is found by its keyed digest. */
export const PEOPLE = table({
  name: 'identity_person',
  key: { id: 'text' },
  clear: { kind: 'text', name_digest: 'text', status: 'text', created: 'integer' },
  sealed: (value) => value as PersonPrivate,
  unique: [['name_digest']],
});

/** Bearer tokens by their SHA-256. */
export const TOKENS = table({
  name: 'identity_token',
  key: { digest: 'blob' },
  clear: { id: 'text', person: 'text', status: 'text', created: 'integer', expires: 'integer?' },
  unique: [['id']],
  indexes: [['person']],
});

/**
 * Certificates that lists and responders call revoked, those that are suspended among them (reason 6, a hold); kept
 * beside the certificates, for a restored catalogue may not know of a certificate that the log says was revoked.
 */
export const REVOCATIONS = table({
  name: 'identity_revocation',
  key: { serial: 'text' },
  clear: {
    issuer: 'integer',
    reason: 'integer',
    revoked: 'integer',
    expires: 'integer',
    holder_kind: 'text',
    holder: 'text',
  },
  indexes: [['issuer', 'revoked'], ['expires']],
});

/** Tokens for one enrolment by their SHA-256; `used` is when. */
export const ENROL_TOKENS = table({
  name: 'identity_enrol_token',
  key: { digest: 'blob' },
  clear: { id: 'text', device: 'text', type: 'text', created: 'integer', expires: 'integer', used: 'integer?' },
  unique: [['id']],
  indexes: [['expires']],
});

export type ExpectedPrivate = {
  readonly manufacturer: string;
  readonly serial: string;
  readonly owner: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
};

/** Devices that are to come with a manufacturer's certificate, by a keyed digest of manufacturer and serial number. */
export const EXPECTED = table({
  name: 'identity_expected',
  key: { digest: 'text' },
  clear: { device: 'text', type: 'text', created: 'integer', used: 'integer?' },
  sealed: (value) => value as ExpectedPrivate,
  unique: [['device']],
});

/** The tables of this room. */
export const IDENTITY_SCHEMA: CatalogueSchema = {
  room: 'identity',
  migrations: [
    [
      ...sealedTableSql(SETTINGS),
      ...sealedTableSql(AUTHORITIES),
      ...sealedTableSql(FIRST_CERTIFICATES),
      ...sealedTableSql(DEVICES),
      ...sealedTableSql(PEOPLE),
      ...sealedTableSql(TOKENS),
    ],
    sealedTableSql(REVOCATIONS),
    [...sealedTableSql(ENROL_TOKENS), ...sealedTableSql(EXPECTED)],
    [
      'ALTER TABLE identity_certificate ADD COLUMN key_digest TEXT',
      'CREATE INDEX identity_certificate_key_digest ON identity_certificate (key_digest)',
    ],
  ],
};
