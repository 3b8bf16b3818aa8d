import { algorithmOf, isQuantumSafe } from '#base/crypto/index.ts';
import type { AlgorithmId } from '#base/crypto/index.ts';
import type { Exposure, InventoryCertificate, InventoryKey, InventorySessions } from './crypto-inventory.ts';

export interface ExposureSources {
  /** When the platform began. */
  readonly began: string | null;
  readonly offeredGroups: readonly {
    readonly name: string;
    readonly algorithm: AlgorithmId;
    readonly quantumSafe: boolean;
  }[];
  readonly sessions: readonly InventorySessions[];
  readonly keys: readonly InventoryKey[];
  readonly certificates: readonly InventoryCertificate[];
  /** Algorithms that tokens of identity providers may be signed with. */
  readonly tokens: readonly AlgorithmId[];
}

/** What is not quantum-safe, since when it is exposed, and what holds all the same; the gravest first. */
export function exposuresOf(sources: ExposureSources): readonly Exposure[] {
  return [
    ...keyExchange(sources),
    ...certificates(sources.certificates),
    ...signingKeys(sources.keys),
    ...[...new Set(sources.tokens)]
      .filter((id) => !isQuantumSafe(id))
      .map((id) => exposure(id, 'forged', 'tokens of identity providers', sources.began, 1, null)),
  ];
}

/** A group that is offered may have been taken by anybody since the start. */
function keyExchange({ began, offeredGroups, sessions }: ExposureSources): readonly Exposure[] {
  const open = sessions.reduce((sum, one) => sum + one.open, 0);
  return offeredGroups
    .filter(({ quantumSafe }) => !quantumSafe)
    .map(({ name, algorithm }) => {
      const taken = sessions.filter(({ group }) => group === name).reduce((sum, one) => sum + one.open, 0);
      const share = open === 0 ? 'nobody is connected now' : `${taken} of ${open} connections have it now`;
      const what = `key exchange ${name} of TLS: ${share}`;
      return exposure(algorithm, 'recorded', what, began, taken, null);
    });
}

function certificates(all: readonly InventoryCertificate[]): readonly Exposure[] {
  const groups = new Map<string, InventoryCertificate[]>();
  for (const one of all) {
    for (const [role, id] of [
      ['signature over', one.signature],
      ['key of', one.key],
    ] as const) {
      if (id === null || isQuantumSafe(id)) continue;
      const name = `${role} ${PLURALS[one.holder]} ${id}`;
      groups.set(name, [...(groups.get(name) ?? []), one]);
    }
  }
  return [...groups].map(([name, members]) => {
    const id = name.split(' ').at(-1) as AlgorithmId;
    const what = name.slice(0, -id.length - 1);
    return exposure(id, 'forged', what, earliest(members.map(({ created }) => created)), members.length, null);
  });
}

const PLURALS = {
  root: 'root authorities',
  issuing: 'issuing authorities',
  server: 'the listeners’ certificates',
  device: 'certificates of devices',
  client: 'certificates of people and programs',
} as const;

function signingKeys(keys: readonly InventoryKey[]): readonly Exposure[] {
  return keys
    .filter(({ algorithm, state }) => state === 'active' && !isQuantumSafe(algorithm))
    .map(({ kind, algorithm, created }) => {
      const partner = keys.find((one) => one.kind === kind && one.state === 'active' && isQuantumSafe(one.algorithm));
      const covered = partner === undefined ? null : `${algorithmOf(partner.algorithm).name} signs the same beside it`;
      return exposure(algorithm, 'forged', `signatures of ${kind}`, created, 1, covered);
    });
}

function exposure(
  algorithm: AlgorithmId,
  harm: Exposure['harm'],
  what: string,
  since: string | null,
  count: number,
  covered: string | null,
): Exposure {
  const { deprecatedAfter, disallowedAfter } = algorithmOf(algorithm);
  return { what, algorithm, harm, since, count, deprecatedAfter, disallowedAfter, covered };
}

function earliest(times: readonly string[]): string | null {
  return times.toSorted()[0] ?? null;
}
