import { CLASSES, millis } from '#base/core/index.ts';
import type { Class, Micros, Millis } from '#base/core/index.ts';
import { isQuantumSafe } from '#base/crypto/index.ts';
import type { AlgorithmId } from '#base/crypto/index.ts';
import type { Template } from '#declare/template/index.ts';
import { ENCRYPTION_CAUTIONS, ENCRYPTION_PARTS, ENCRYPTION_RULES } from './encryption-rules.ts';
import type { ChosenFacts, EncryptionChoice, EncryptionFacts, EncryptionPart, Link, When } from './encryption-rules.ts';

/** What an advice rests on. */
export interface EncryptionPremises {
  readonly class: EncryptionFacts['class'];
  readonly power: EncryptionFacts['power'];
  readonly link: Link;
  /** The strictest class of what it sends. */
  readonly data: Class;
  /** How long it is in use from now on; null where nobody says. */
  readonly lifetime: Millis | null;
  /** Abilities that it lacks, in the words of the template. */
  readonly cannot: readonly string[];
}

/** What a device should be encrypted with: one answer for each part, and what they leave open. */
export interface EncryptionAdvice {
  readonly premises: EncryptionPremises;
  readonly parts: readonly (EncryptionChoice & { readonly part: EncryptionPart; readonly rule: string })[];
  readonly cautions: readonly { readonly rule: string; readonly text: string; readonly source: string }[];
}

/**
 * What a device should be encrypted with, by the table of rules.
 *
 * @param now epoch microseconds: lifetimes are held against the years of NIST IR 8547
 */
export function adviseEncryption(premises: EncryptionPremises, now: Micros): EncryptionAdvice {
  const facts = factsOf(premises, now);
  const parts = ENCRYPTION_PARTS.map((part) => {
    // The last rule of each part holds always.
    const { id, when: _, ...choice } = ENCRYPTION_RULES[part].find((rule) => holds(rule.when, facts))!;
    return { part, rule: id, ...choice };
  });
  const strengthOf = (part: EncryptionPart): 'lasting' | 'broken' => {
    const algorithm = parts.find((one) => one.part === part)?.algorithm ?? null;
    // Shared secrets are no algorithm of the table, and nothing that a quantum computer breaks.
    return algorithm === null || isQuantumSafe(algorithm) ? 'lasting' : 'broken';
  };
  const chosen: ChosenFacts = {
    ...facts,
    agreement: strengthOf('key agreement'),
    deviceKey: strengthOf('device key'),
  };
  const cautions = ENCRYPTION_CAUTIONS.filter(({ when }) => holds(when, chosen)).map(({ id, text, source }) => ({
    rule: id,
    text,
    source,
  }));
  return { premises, parts, cautions };
}

/**
 * What a template says of a type: its own words, and the strictest class among fields of the streams that it or those it
 * speaks for publish to; null where it has no such type. Links are not declared.
 */
export function premisesOf(template: Template, name: string, link: Link = 'ip'): EncryptionPremises | null {
  const type = template.devices.get(name);
  if (type === undefined) return null;
  const voices = [name, ...type.speaksFor];
  const classes = [...template.streams.values()]
    .filter(({ from }) => from.some((one) => voices.includes(one)))
    .flatMap(({ fields }) => fields.map((field) => field.class));
  return {
    class: type.class ?? 'unconstrained',
    power: type.power,
    link,
    data: CLASSES.findLast((one) => classes.includes(one)) ?? 'operational',
    lifetime: type.lifetime,
    cannot: type.cannot ?? [],
  };
}

/** What is known of one device, beside what the template says of its type. */
export interface AdvisedDevice {
  readonly type: string;
  /** When it was enrolled, in epoch microseconds. */
  readonly created: Micros;
  /** What it lacks, where that was told of it alone. */
  readonly cannot: readonly string[] | null;
}

/**
 * What one device should be encrypted with: as its type, with what it lacks itself, and with a life that began when it
 * was enrolled; null where the template has no such type.
 *
 * @param now epoch microseconds
 * @param told premises that count instead
 */
export function adviseDevice(
  template: Template,
  { type, created, cannot }: AdvisedDevice,
  now: Micros,
  told: Partial<EncryptionPremises> = {},
): EncryptionAdvice | null {
  const premises = premisesOf(template, type);
  if (premises === null) return null;
  const age = (now - created) / 1_000;
  const itself = {
    cannot: cannot ?? premises.cannot,
    lifetime: premises.lifetime === null ? null : millis(Math.max(0, Math.round(premises.lifetime - age))),
  };
  return adviseEncryption({ ...premises, ...itself, ...told }, now);
}

/** Parts whose answer differs between two advices. */
export function changedParts(before: EncryptionAdvice, after: EncryptionAdvice): readonly EncryptionPart[] {
  return ENCRYPTION_PARTS.filter((_, at) => before.parts[at]?.rule !== after.parts[at]?.rule);
}

/** The kind of key that a device gets where nothing else is known of it: what enrolment asks for. */
export const USUAL_DEVICE_KEY = ENCRYPTION_RULES['device key'].at(-1)?.algorithm as AlgorithmId;

function factsOf(
  { class: cls, power, link, data, lifetime, cannot }: EncryptionPremises,
  now: Micros,
): EncryptionFacts {
  const can = (ability: string): 'can' | 'cannot' => (cannot.includes(ability) ? 'cannot' : 'can');
  return {
    class: cls,
    power,
    link,
    data,
    tls: cls === 'c0' || link === 'lorawan' ? 'none' : can('tls-1.3') === 'can' ? '1.3' : '1.2',
    ends: endOf(lifetime, now),
    hybrid: can('hybrid-key-exchange'),
    mlDsa: can('ml-dsa'),
    update: can('update'),
    storage: can('secure-storage'),
  };
}

function endOf(lifetime: Millis | null, now: Micros): EncryptionFacts['ends'] {
  if (lifetime === null) return 'unknown';
  const year = new Date(now / 1_000 + lifetime).getUTCFullYear();
  return year <= 2030 ? 'by-2030' : year <= 2035 ? 'by-2035' : 'later';
}

function holds<F extends object>(when: When<F>, facts: F): boolean {
  return (Object.keys(when) as (keyof F)[]).every((fact) => when[fact]?.includes(facts[fact]) === true);
}
