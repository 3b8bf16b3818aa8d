import { algorithmOf, listAlgorithms, sha256Hex, TLS_SUITES } from '#base/crypto/index.ts';
import type { AlgorithmId } from '#base/crypto/index.ts';
import type { CryptoInventory, InventoryCertificate, InventoryKey } from './crypto-inventory.ts';

/** Version of the format; the media type names it as well. */
export const CBOM_VERSION = '1.6';
export const CBOM_MEDIA_TYPE = 'application/vnd.cyclonedx+json';

type Component = Readonly<Record<string, unknown>>;

/**
 * The inventory as a Cryptography Bill of Materials. What CycloneDX has no member for (the exposures, the years, the
 * devices) stands in properties whose names begin with `weir:`.
 *
 * @see CycloneDX 1.6, `cryptoProperties`
 */
export function formatCbom(inventory: CryptoInventory): Component {
  const { time, version, deployment, certificates, keys } = inventory;
  const components = [
    ...listAlgorithms().map(({ id }) => algorithmComponent(id)),
    ...inventory.tls.versions.map((one) => protocolComponent(one, inventory)),
    ...certificates.map((one) => certificateComponent(one, certificates)),
    ...keys.map((one) => keyComponent(one, inventory.custody)),
  ];
  const platform = `weir:${deployment}`;
  return {
    $schema: `http://cyclonedx.org/schema/bom-${CBOM_VERSION}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion: CBOM_VERSION,
    serialNumber: `urn:uuid:${uuidOf(inventory)}`,
    version: 1,
    metadata: {
      timestamp: time,
      lifecycles: [{ phase: 'operations' }],
      tools: { components: [{ type: 'application', name: 'weir', version }] },
      component: { type: 'platform', 'bom-ref': platform, name: 'weir', version },
      properties: [
        property('certificates-in-use', inventory.certificatesInUse),
        property('certificates-listed', certificates.length),
        property('devices', inventory.devices.total),
        property('devices-without-lifetime', inventory.devices.withoutLifetime),
        property('devices-outlive-2030', inventory.devices.outlive2030),
        property('devices-outlive-2035', inventory.devices.outlive2035),
      ],
    },
    components,
    dependencies: [{ ref: platform, dependsOn: components.map((one) => one['bom-ref']) }],
    ...(inventory.exposures.length === 0 ? {} : { annotations: annotations(inventory) }),
  };
}

function algorithmComponent(id: AlgorithmId): Component {
  const entry = algorithmOf(id);
  return {
    type: 'cryptographic-asset',
    'bom-ref': refOf(id),
    name: entry.name,
    description: entry.uses,
    cryptoProperties: {
      assetType: 'algorithm',
      algorithmProperties: {
        primitive: entry.primitive,
        ...(entry.parameterSet === null ? {} : { parameterSetIdentifier: entry.parameterSet }),
        ...(entry.curve === undefined ? {} : { curve: entry.curve }),
        executionEnvironment: 'software-plain-ram',
        implementationPlatform: 'generic',
        certificationLevel: ['none'],
        ...(entry.mode === undefined ? {} : { mode: entry.mode }),
        ...(entry.padding === undefined ? {} : { padding: entry.padding }),
        cryptoFunctions: entry.functions,
        classicalSecurityLevel: entry.classicalBits,
        nistQuantumSecurityLevel: entry.quantumLevel,
      },
      ...(entry.oid === null ? {} : { oid: entry.oid }),
    },
    properties: [
      property('standard', entry.standard),
      property('quantum-bits', entry.quantumBits),
      property('deprecated-after', entry.deprecatedAfter ?? 'never'),
      property('disallowed-after', entry.disallowedAfter ?? 'never'),
    ],
  };
}

function protocolComponent(version: string, { tls }: CryptoInventory): Component {
  const suites = TLS_SUITES.filter((suite) => suite.version === version && tls.suites.includes(suite.name));
  const ref = `protocol/tls/${version}`;
  return {
    type: 'cryptographic-asset',
    'bom-ref': ref,
    name: `TLS ${version}`,
    cryptoProperties: {
      assetType: 'protocol',
      protocolProperties: {
        type: 'tls',
        version,
        cipherSuites: suites.map(({ name, code, algorithms }) => ({
          name,
          algorithms: algorithms.map(refOf),
          identifiers: [...code],
        })),
      },
    },
    properties: [
      ...tls.groups.map((group) => property('group', group)),
      ...tls.sessions
        .filter((one) => one.version === `TLSv${version}`)
        .map(({ suite, group, open }) => property(`open:${suite}:${group}`, open)),
    ],
  };
}

function certificateComponent(one: InventoryCertificate, all: readonly InventoryCertificate[]): Component {
  const { holder, name, serial, fingerprint, issuer, created, expires, signature, key } = one;
  const signer = all.find((each) => each.holder === 'issuing' && each.name === String(issuer));
  return {
    type: 'cryptographic-asset',
    'bom-ref': `certificate/${fingerprint}`,
    name: name === '' ? `${holder} certificate ${serial}` : `${holder} certificate ${name}`,
    hashes: [{ alg: 'SHA-256', content: fingerprint }],
    cryptoProperties: {
      assetType: 'certificate',
      certificateProperties: {
        subjectName: name === '' ? serial : name,
        ...(signer === undefined ? {} : { issuerName: `issuing authority ${signer.name}` }),
        notValidBefore: created,
        notValidAfter: expires,
        ...(signature === null ? {} : { signatureAlgorithmRef: refOf(signature) }),
        ...(key === null ? {} : { subjectPublicKeyRef: refOf(key) }),
        certificateFormat: 'X.509',
      },
    },
    properties: [property('serial', serial), property('holder', holder)],
  };
}

function keyComponent({ kind, name, version, state, algorithm, created }: InventoryKey, custody: string): Component {
  const { primitive } = algorithmOf(algorithm);
  const called = name === '' ? kind : `${kind} ${name}`;
  return {
    type: 'cryptographic-asset',
    'bom-ref': `key/${called}/${version}/${algorithm}`,
    name: `key of ${called}`,
    version: String(version),
    cryptoProperties: {
      assetType: 'related-crypto-material',
      relatedCryptoMaterialProperties: {
        type: primitive === 'signature' ? 'private-key' : 'secret-key',
        id: `${called}/${version}`,
        state: state === 'active' ? 'active' : 'deactivated',
        algorithmRef: refOf(algorithm),
        ...(created === null ? {} : { creationDate: created }),
        ...(kind === 'ticket' ? {} : { securedBy: { mechanism: custody, algorithmRef: refOf('aes-256-gcm') } }),
      },
    },
  };
}

/** What is exposed, in words and for programs. */
function annotations({ exposures, time }: CryptoInventory): readonly Component[] {
  return exposures.map((one) => ({
    subjects: [refOf(one.algorithm)],
    annotator: { component: { type: 'application', name: 'weir' } },
    timestamp: time,
    text: JSON.stringify(one),
  }));
}

function refOf(id: AlgorithmId): string {
  return `algorithm/${id}`;
}

function property(name: string, value: string | number): { name: string; value: string } {
  return { name: `weir:${name}`, value: String(value) };
}

/** The same inventory has the same number: it is made of it, as a name-based UUID of version 8 is. @see RFC 9562 section 5.8 */
function uuidOf(inventory: CryptoInventory): string {
  const hex = sha256Hex(JSON.stringify(inventory)).slice(0, 32);
  const marked = `${hex.slice(0, 12)}8${hex.slice(13, 16)}${'89ab'[Number.parseInt(hex[16] ?? '0', 16) % 4]}${hex.slice(17)}`;
  return marked.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
