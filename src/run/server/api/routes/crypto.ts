import { Type } from '#base/core/index.ts';
import { listAlgorithms } from '#base/crypto/index.ts';
import { CBOM_MEDIA_TYPE, CBOM_VERSION, formatCbom } from '../../crypto/cbom.ts';
import { count, digest, listOf, orNull, text, time } from '../forms.ts';
import { PLATFORM } from '../route.ts';
import type { Route } from '../route.ts';

const ACCESS = { action: 'audit', resource: () => PLATFORM } as const;

const year = orNull(Type.Integer());
const algorithm = Type.Enum(listAlgorithms().map(({ id }) => id));

const INVENTORY = Type.Object({
  time,
  version: text,
  deployment: text,
  custody: text,
  tls: Type.Object({
    versions: listOf(text),
    suites: listOf(text),
    groups: listOf(text),
    sessions: listOf(
      Type.Object({ version: text, suite: text, group: text, quantumSafe: Type.Boolean(), open: count }),
    ),
  }),
  algorithms: listOf(
    Type.Object({
      id: algorithm,
      name: text,
      standard: text,
      uses: text,
      classicalBits: count,
      quantumBits: count,
      quantumLevel: Type.Integer({ minimum: 0, maximum: 5 }),
      quantumSafe: Type.Boolean(),
      protects: Type.Boolean(),
      deprecatedAfter: year,
      disallowedAfter: year,
    }),
  ),
  keys: listOf(
    Type.Object({
      kind: text,
      name: text,
      version: count,
      state: Type.Enum(['active', 'retired'] as const),
      algorithm,
      created: orNull(time),
    }),
  ),
  certificates: listOf(
    Type.Object({
      holder: Type.Enum(['root', 'issuing', 'server', 'device', 'client'] as const),
      name: text,
      serial: text,
      fingerprint: digest,
      issuer: count,
      created: time,
      expires: time,
      signature: orNull(algorithm),
      key: orNull(algorithm),
    }),
  ),
  certificatesInUse: count,
  exposures: listOf(
    Type.Object({
      what: text,
      algorithm,
      harm: Type.Enum(['recorded', 'forged'] as const),
      since: orNull(time),
      count,
      deprecatedAfter: year,
      disallowedAfter: year,
      covered: orNull(text),
    }),
  ),
  devices: Type.Object({
    total: count,
    withoutLifetime: count,
    outlive2030: count,
    outlive2035: count,
    stranded: count,
    devices: listOf(
      Type.Object({
        name: text,
        type: text,
        enrolled: time,
        inUseUntil: Type.Integer(),
        algorithm: text,
        outlives: Type.Enum([2030, 2035] as const),
        endsIn: Type.Integer(),
        canUpdate: Type.Boolean(),
      }),
    ),
  }),
});

/** What the platform rests on cryptographically. */
export const CRYPTO_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/crypto',
    summary:
      'Every algorithm, key and certificate in use, what a quantum computer would get at, and which devices outlive it',
    access: ACCESS,
    quota: 30,
    answer: { json: INVENTORY },
    handle: async (_request, { cryptoInventory }) => ({ json: await cryptoInventory() }),
  },
  {
    method: 'GET',
    path: '/v1/crypto/cbom',
    summary: 'The same as a Cryptography Bill of Materials in CycloneDX',
    access: ACCESS,
    quota: 30,
    answer: { media: [CBOM_MEDIA_TYPE] },
    handle: async (_request, { cryptoInventory }) => ({
      text: `${JSON.stringify(formatCbom(await cryptoInventory()), null, 2)}\n`,
      contentType: `${CBOM_MEDIA_TYPE}; version=${CBOM_VERSION}`,
    }),
  },
];
