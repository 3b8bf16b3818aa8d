import { CLASSES, FIELD_TYPES } from '#base/core/index.ts';

/** The closed sets of words that a template may use. The schema, the checks and the documentation read these. */

export const IDENTITIES = ['x509', 'did', 'psk'] as const;
export const POWERS = ['mains', 'battery', 'harvested'] as const;
export const BOOTS = ['measured', 'verified', 'none'] as const;
/** Classes of constrained devices, and one that is none. @see RFC 7228 section 3 */
export const DEVICE_CLASSES = ['c0', 'c1', 'c2', 'unconstrained'] as const;
/** What a device may lack. */
export const INABILITIES = [
  'tls-1.3',
  'hybrid-key-exchange',
  'ml-dsa',
  'update',
  'secure-storage',
  'clock',
  'attestation',
] as const;
/** What is done about a certificate that is in use twice. */
export const CLONE_ANSWERS = ['alert', 'cut-newer', 'cut-both'] as const;
export const BASES = [
  'consent',
  'contract',
  'legal-obligation',
  'vital-interests',
  'public-task',
  'legitimate-interests',
] as const;
/** What is kept of the values of a field in a window. */
export const MEASURES = ['mean', 'min', 'max', 'count'] as const;
export const UNDECLARED = ['drop', 'refuse'] as const;
export const STREAM_POSTURES = ['required'] as const;
export const ON_REFUSAL = ['acknowledge', 'disconnect'] as const;
export const TLS_MINIMA = ['1.3', '1.2'] as const;
export const HYBRID = ['prefer', 'require'] as const;
/** Signature algorithms that tokens of an issuer may have. `none` and shared secrets are not among them. */
export const TOKEN_ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'ML-DSA-44',
  'ML-DSA-65',
  'ML-DSA-87',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
] as const;
export const TOKEN_PROOFS = ['optional', 'required', 'nonce'] as const;
export { CLASSES, FIELD_TYPES };

/** Further actions that a role's `may:` can grant; each is an action of the policy. */
export const GRANTABLE_ACTIONS = [
  'administer',
  'approve',
  'audit',
  'command',
  'consent',
  'detokenise',
  'enrol',
  'erase',
  'export',
  'monitor',
  'prove',
  'quarantine',
  'replay',
  'respond',
  'table',
] as const;
export type GrantableAction = (typeof GRANTABLE_ACTIONS)[number];

/** Frameworks whose requirements the controls can be mapped to. */
export const FRAMEWORKS = [
  'ccpa',
  'cra',
  'etsi-en-303-645',
  'eu-ai-act',
  'gdpr',
  'hipaa',
  'iec-62443',
  'iso-27001',
  'iso-27701',
  'nis2',
  'nist-800-53',
  'nist-csf',
  'pci-dss',
  'soc-2',
] as const;

/** Views that the platform itself offers beside streams, tables and declared views. */
export const SYSTEM_VIEWS = ['_devices', '_refusals', '_log_counts', '_left_out', '_clones', '_alerts'] as const;

/** Names of streams, fields, views and tables: plain SQL identifiers, so that no statement needs quotes for them. */
export const IDENTIFIER_PATTERN = '^[A-Za-z][A-Za-z0-9_]{0,62}$';
/** The same, and what the platform itself says of connections. */
export const WATCHED_PATTERN = '^(?:_connections|[A-Za-z][A-Za-z0-9_]{0,62})$';
/** Names of device types, roles and purposes. */
export const WORD_PATTERN = '^[A-Za-z][A-Za-z0-9_-]{0,62}$';

/** Words that a statement cannot use bare as a relation's name (DuckDB's reserved words), and catalogue names. */
export const RESERVED_RELATIONS: ReadonlySet<string> = new Set(
  (
    'all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create ' +
    'default deferrable desc describe distinct do else end except false fetch for foreign from group having in ' +
    'initially intersect into lambda lateral leading limit not null offset on only or order pivot pivot_longer ' +
    'pivot_wider placing primary qualify references returning select show some summarize symmetric table then to ' +
    'trailing true union unique unpivot using variadic when where window with ' +
    'information_schema main pg_catalog system temp memory'
  ).split(' '),
);

/** Kinds of readings whose fields need not be written out. */
export const STREAM_TYPES = ['flow'] as const;

/** What somebody who has a device in their hands may do to it, or who passes for it. */
export const TAMPER_KINDS = [
  'case-open',
  'sensor-swap',
  'clock-jump',
  'made-late',
  'boot-loop',
  'replay',
  'stranger',
] as const;

/** What is done about a device that was tampered with. */
export const CONTAINMENTS = ['alert', 'quarantine', 'cut'] as const;
