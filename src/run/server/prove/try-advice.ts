import type { AdviceTrial } from '#assure/controls/index.ts';
import type { Micros } from '#base/core/index.ts';
import { TLS_GROUPS, TLS_SUITES } from '#base/crypto/index.ts';
import { isSystemName, parseDuration } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { adviseEncryption, changedParts, premisesOf } from '#trust/identity/index.ts';
import type { EncryptionAdvice } from '#trust/identity/index.ts';

const SHORT = parseDuration('1d');
const LONG = parseDuration('30y');

/** Asks for the advice on every declared type, as it is declared and with other premises. */
export function tryAdvice(template: Template, now: Micros): readonly AdviceTrial[] {
  return [...template.devices.keys()]
    .filter((type) => !isSystemName(type))
    .flatMap((type) => {
      const premises = premisesOf(template, type);
      if (premises === null) return [];
      const advise = (over: Partial<typeof premises>) => adviseEncryption({ ...premises, ...over }, now);
      const advice = advise({});
      const algorithmOf = (part: string) => advice.parts.find((one) => one.part === part)?.algorithm ?? null;
      const agreement = algorithmOf('key agreement');
      const others = [advise({ lifetime: SHORT }), advise({ lifetime: LONG })];
      return [
        {
          type,
          answers: advice.parts.length,
          unfounded: advice.parts.filter((one) => [one.choice, one.rule, one.why, one.source].includes('')).length,
          direct: algorithmOf('cipher') !== null,
          group: TLS_GROUPS.find(({ algorithm }) => algorithm === agreement)?.name ?? null,
          suites: suitesOf(advice),
          changedByLifetime: others.reduce((sum, other) => sum + differences(advice, other), 0),
          changedByLink: changedParts(advice, advise({ link: 'lorawan' })).length,
        },
      ];
    });
}

/** Suites of TLS that an advice allows: of its version, with its cipher. */
function suitesOf({ parts }: EncryptionAdvice): readonly string[] {
  const cipher = parts.find(({ part }) => part === 'cipher')?.algorithm ?? null;
  const wanted = parts.some(({ rule }) => rule === 'channel-tls-1.2') ? '1.2' : '1.3';
  return TLS_SUITES.filter(
    ({ algorithms, version }) => cipher !== null && version === wanted && algorithms.includes(cipher),
  ).map(({ name }) => name);
}

/** Answers and cautions that two advices do not share. */
function differences(before: EncryptionAdvice, after: EncryptionAdvice): number {
  const cautions = (one: typeof before): string => one.cautions.map(({ rule }) => rule).join();
  return changedParts(before, after).length + Number(cautions(before) !== cautions(after));
}
