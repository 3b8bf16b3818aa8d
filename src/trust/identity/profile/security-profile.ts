import type { Micros, Millis } from '#base/core/index.ts';
import { ALGORITHMS } from '#base/crypto/index.ts';
import type { Template } from '#declare/template/index.ts';

/** What a type of device is declared to be, with what of the template bears on whether it can be served. */
export interface DeclaredProfile {
  /** Class of RFC 7228 section 3, or one that is not constrained. */
  readonly class: 'c0' | 'c1' | 'c2' | 'unconstrained';
  /** Abilities that it lacks. */
  readonly cannot: readonly string[];
  /** What makes up for them, by ability. */
  readonly compensate: Readonly<Record<string, string>>;
  /** When its maker stops supporting it. */
  readonly supportEnds: Micros | null;
  readonly lifetime: Millis | null;
  /** Whether another type of device may speak for it. */
  readonly isSpokenFor: boolean;
  readonly tlsMinimum: '1.2' | '1.3';
  readonly hybrid: 'prefer' | 'require';
}

/** What is known better of one device than of its type. */
export type OwnProfile = {
  readonly cannot?: readonly string[];
  readonly supportEnds?: number;
};

/** What can be expected of a device, and for how long. */
export interface SecurityProfile {
  readonly class: DeclaredProfile['class'];
  readonly cannot: readonly string[];
  readonly compensate: Readonly<Record<string, string>>;
  /** What it lacks without anything that makes up for it. */
  readonly uncompensated: readonly string[];
  /** How it proves who it is. */
  readonly algorithm: string;
  /** Last year in which that may be relied on. */
  readonly cryptoEnds: number;
  readonly supportEnds: Micros | null;
  /** The first year that ends it, and what ends then. */
  readonly endsIn: number;
  readonly endsBecause: 'cryptography' | 'support';
}

/** What devices prove themselves with today, and the last year in which that is allowed. @see NIST IR 8547 section 4.1.1 */
const { disallowedAfter: CRYPTO_ENDS } = ALGORITHMS['ecdsa-p256'];
const ALGORITHM = 'ECDSA P-256';

/** What a template says of a type; null where it has none of that name. */
export function declaredProfile(template: Template, name: string): DeclaredProfile | null {
  const type = template.devices.get(name);
  if (type === undefined) return null;
  return {
    class: type.class ?? 'unconstrained',
    cannot: type.cannot ?? [],
    compensate: type.compensate ?? {},
    supportEnds: type.supportEnds ?? null,
    lifetime: type.lifetime,
    isSpokenFor: [...template.devices.values()].some(({ speaksFor }) => speaksFor.includes(name)),
    tlsMinimum: template.tls.minimum,
    hybrid: template.tls.hybrid,
  };
}

/** The profile of a device from what its type is declared to be and what is known of itself. */
export function securityProfile(declared: DeclaredProfile, own: OwnProfile = {}): SecurityProfile {
  const cannot = own.cannot ?? declared.cannot;
  const supportEnds = (own.supportEnds ?? declared.supportEnds) as Micros | null;
  const supportYear = supportEnds === null ? Infinity : yearOf(supportEnds);
  return {
    class: declared.class,
    cannot,
    compensate: declared.compensate,
    uncompensated: cannot.filter((ability) => !Object.hasOwn(declared.compensate, ability)),
    algorithm: ALGORITHM,
    cryptoEnds: CRYPTO_ENDS,
    supportEnds,
    endsIn: Math.min(CRYPTO_ENDS, supportYear),
    endsBecause: supportYear < CRYPTO_ENDS ? 'support' : 'cryptography',
  };
}

/**
 * Why a device cannot be served as it is; empty where it can. Each is a combination that no operation can make good,
 * so it is refused when the device is enrolled and not found out years later.
 *
 * @param now epoch microseconds
 */
export function unsupportable(declared: DeclaredProfile, own: OwnProfile, now: Micros): readonly string[] {
  const { cannot, uncompensated, supportEnds } = securityProfile(declared, own);
  const lacks = (ability: string): boolean => cannot.includes(ability);
  const inUseUntil = declared.lifetime === null ? null : yearOf(now + declared.lifetime * 1_000);
  const rules: readonly (readonly [boolean, string])[] = [
    [
      declared.class === 'c0' && !declared.isSpokenFor,
      'a device of class 0 cannot speak for itself on the internet (RFC 7228 section 3): name it under speaks-for of a gateway type',
    ],
    [lacks('tls-1.3') && declared.tlsMinimum === '1.3', 'it cannot speak TLS 1.3, and tls.minimum is 1.3'],
    [
      lacks('hybrid-key-exchange') && declared.hybrid === 'require',
      'it cannot agree on a key in the post-quantum hybrid way, and tls.hybrid is require',
    ],
    [supportEnds !== null && supportEnds <= now, 'the support of its maker has ended'],
    [
      uncompensated.includes('update') && inUseUntil !== null && inUseUntil > CRYPTO_ENDS,
      `it is to be in use until ${inUseUntil}, ${ALGORITHM} runs out in ${CRYPTO_ENDS}, and it cannot be updated`,
    ],
  ];
  return rules.flatMap(([applies, why]) => (applies ? [why] : []));
}

function yearOf(at: number): number {
  return new Date(at / 1_000).getUTCFullYear();
}
