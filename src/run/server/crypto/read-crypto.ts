import { formatMicros, micros } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import {
  findAlgorithm,
  isQuantumSafe,
  listAlgorithms,
  parseNoteVerifier,
  TLS_GROUPS,
  tlsOffer,
} from '#base/crypto/index.ts';
import type { AlgorithmId } from '#base/crypto/index.ts';
import type { Template } from '#declare/template/index.ts';
import { certificateAlgorithms, describeCertificate } from '#trust/identity/index.ts';
import type { Identity, IssuedCertificate } from '#trust/identity/index.ts';
import type { AuditReader } from '../api/services.ts';
import type { ListedKey } from '../control/key-keeper.ts';
import type { CryptoInventory, InventoryCertificate, InventoryKey, InventorySessions } from './crypto-inventory.ts';
import { deviceOutlook } from './device-outlook.ts';
import { exposuresOf } from './exposures.ts';

/** Where what is in use is asked for. */
/** What signs by itself, by what it signs. */
type NoteKeys = Readonly<Record<'log' | 'evidence' | 'consent', readonly string[]>>;

export interface CryptoSources {
  readonly clock: Clock;
  readonly version: string;
  readonly identity: Identity;
  readonly template: () => Template;
  readonly keys: () => Promise<{ readonly custody: string; readonly keys: readonly ListedKey[] }>;
  /** Verifier keys of the log, of evidence and of receipts, as signed notes have them. */
  readonly noteKeys: () => Promise<NoteKeys>;
  /** When the platform began: the time of the log's first entry. */
  readonly began: () => Promise<string | null>;
  /** Open connections by version, suite and group. */
  readonly agreements: () => Promise<Readonly<Record<string, number>>>;
}

/** Certificates that are listed; all are counted. */
const MOST_CERTIFICATES = 2_000;

/** What a key of each kind works with. */
const KEY_ALGORITHMS: Readonly<Record<ListedKey['kind'], AlgorithmId>> = {
  root: 'aes-256-gcm',
  epoch: 'aes-256-gcm',
  rows: 'aes-256-gcm',
  domain: 'aes-256-gcm',
  digest: 'hmac-sha-256',
  token: 'ff1-aes-256',
  gateway: 'hmac-sha-256',
  ticket: 'aes-128-cbc',
};

/** The short hash in the window of a device is no protection of data: its key only keeps it from being aimed at. */
function isNoWindowHash({ kind, name }: ListedKey): boolean {
  return kind !== 'gateway' || name !== 'content-hash';
}

/** Asks every part what it uses now, and judges how long that lasts. */
export async function readCrypto(sources: CryptoSources): Promise<CryptoInventory> {
  const { clock, identity, version } = sources;
  const template = sources.template();
  const { custody, keys: listed } = await sources.keys();
  const began = await sources.began();
  const offer = tlsOffer(template.tls);
  const sessions = sessionsOf(await sources.agreements());
  // Before the list is read: the first that asks has it made.
  const shown = (await identity.serverCertificate(template.hosts)).certificate;
  const issued = await identity.issued(MOST_CERTIFICATES);
  const authorities = await authoritiesOf(identity);
  const certificates = [...authorities, ...leaves(issued.certificates, authorities, shown)];
  const keys = [...listed.filter(isNoWindowHash).flatMap(keyOf), ...noteKeys(await sources.noteKeys(), began)];
  return {
    time: formatMicros(clock.now()),
    version,
    deployment: identity.deployment,
    custody,
    tls: {
      versions: offer.versions,
      suites: offer.suites.map(({ name }) => name),
      groups: offer.groups.map(({ name }) => name),
      sessions,
    },
    algorithms: listAlgorithms().map(({ id, ...entry }) => ({
      id,
      name: entry.name,
      standard: entry.standard,
      uses: entry.uses,
      classicalBits: entry.classicalBits,
      quantumBits: entry.quantumBits,
      quantumLevel: entry.quantumLevel,
      quantumSafe: isQuantumSafe(id),
      protects: entry.protects,
      deprecatedAfter: entry.deprecatedAfter,
      disallowedAfter: entry.disallowedAfter,
    })),
    keys,
    certificates,
    certificatesInUse: authorities.length + issued.total,
    exposures: exposuresOf({
      began,
      offeredGroups: offer.groups,
      sessions,
      keys,
      certificates,
      tokens: tokenAlgorithms(template),
    }),
    devices: deviceOutlook(await identity.inventory.list(), (type) => template.devices.get(type)?.lifetime ?? null),
  };
}

function sessionsOf(agreements: Readonly<Record<string, number>>): readonly InventorySessions[] {
  return Object.entries(agreements)
    .filter(([, open]) => open > 0)
    .map(([name, open]) => {
      const [version = '', suite = '', group = ''] = name.split(' ');
      const quantumSafe = TLS_GROUPS.find((one) => one.name === group)?.quantumSafe ?? false;
      return { version, suite, group, quantumSafe, open };
    });
}

function keyOf({ kind, name, version, state, created }: ListedKey): readonly InventoryKey[] {
  return state === 'destroyed' ? [] : [{ kind, name, version, state, algorithm: KEY_ALGORITHMS[kind], created }];
}

/** Keys that sign the log, evidence and receipts of consent: made at the first start, and kept since. */
function noteKeys({ log, evidence, consent }: NoteKeys, began: string | null): readonly InventoryKey[] {
  return [
    ...log.map((key) => ['the audit log', key] as const),
    ...evidence.map((key) => ['evidence', key] as const),
    ...consent.map((key) => ['receipts of consent', key] as const),
  ].map(([kind, key]) => {
    const name = key.split('+').slice(0, 2).join('+');
    return { kind, name, version: 1, state: 'active', algorithm: parseNoteVerifier(key).algorithm, created: began };
  });
}

async function authoritiesOf(identity: Identity): Promise<readonly InventoryCertificate[]> {
  const records = await identity.authorities.list();
  const { roots, issuing } = identity.certificates;
  const pems = new Map([...roots, ...issuing].map((pem) => [describeCertificate(pem).fingerprint, pem]));
  return records.flatMap(({ role, generation, created, fingerprint }) => {
    const pem = fingerprint === null ? undefined : pems.get(fingerprint);
    if (pem === undefined) return [];
    const { serial, notAfter } = describeCertificate(pem);
    return [
      {
        holder: role,
        name: String(generation),
        serial,
        fingerprint: fingerprint!,
        issuer: 0,
        created: formatMicros(created),
        expires: formatMicros(notAfter),
        ...certificateAlgorithms(pem),
      },
    ];
  });
}

/** @param shown PEM of what the listeners show */
function leaves(
  issued: readonly IssuedCertificate[],
  authorities: readonly InventoryCertificate[],
  shown: string,
): readonly InventoryCertificate[] {
  const server = describeCertificate(shown);
  return issued.map(({ serial, fingerprint, holder_kind: kind, holder, issuer, created, expires }) => {
    const signer = authorities.find((one) => one.holder === 'issuing' && one.name === String(issuer));
    return {
      holder: kind as 'server' | 'device' | 'client',
      name: kind === 'client' ? '' : holder,
      serial,
      fingerprint,
      issuer,
      created: formatMicros(micros(created)),
      expires: formatMicros(micros(expires)),
      signature: signer?.key ?? null,
      key: serial === server.serial ? certificateAlgorithms(shown).key : null,
    };
  });
}

function tokenAlgorithms({ signIn }: Template): readonly AlgorithmId[] {
  return [...(signIn?.issuers.values() ?? [])]
    .flatMap(({ algorithms }) => algorithms.map((name) => findAlgorithm(name)))
    .filter((id) => id !== null);
}

/** The time of the log's first entry: nothing here is older. */
export async function began(reader: Pick<AuditReader, 'entries'>): Promise<string | null> {
  const [first] = await reader.entries(0, 1);
  return first === undefined ? null : formatMicros(first.time);
}
