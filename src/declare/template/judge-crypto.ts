import { algorithmOf, isQuantumSafe } from '#base/crypto/index.ts';
import type { AlgorithmId } from '#base/crypto/index.ts';
import { cryptoRules } from './crypto-rules.ts';
import { judged } from './diff-judges.ts';
import type { JudgedChange, PlainChange } from './diff-judges.ts';

/**
 * Judges another choice of algorithms. Both parts of the section are judged together: what is dropped weakens, whatever
 * else is gained.
 */
export function judgeCrypto({ old, new: after }: PlainChange): JudgedChange {
  const [before, now] = [cryptoRules(old), cryptoRules(after)];
  const parts = [
    ...judgeCheckpoints(before.checkpoints, now.checkpoints),
    ...judgeCertificates(before.certificates, now.certificates),
  ];
  if (parts.length === 0) return judged('neutral', 'it says what holds anyway');
  const effects = parts.map(({ effect }) => effect);
  const effect = effects.includes('weakens') ? 'weakens' : effects.includes('strengthens') ? 'strengthens' : 'neutral';
  return judged(effect, parts.map(({ explanation }) => explanation).join('; '));
}

function judgeCheckpoints(before: readonly AlgorithmId[], now: readonly AlgorithmId[]): readonly JudgedChange[] {
  const gone = before.filter((id) => !now.includes(id));
  const added = now.filter((id) => !before.includes(id));
  return [
    ...(gone.length === 0
      ? []
      : [
          judged(
            'weakens',
            `new checkpoints of the log are no longer signed with ${names(gone)}; witnesses refuse them until their keepers take that key out`,
          ),
        ]),
    ...(added.length === 0
      ? []
      : [judged('strengthens', `new checkpoints of the log are signed with ${names(added)} as well, and have to be`)]),
  ];
}

function judgeCertificates(before: AlgorithmId, now: AlgorithmId): readonly JudgedChange[] {
  if (before === now) return [];
  const [safeBefore, safeNow] = [isQuantumSafe(before), isQuantumSafe(now)];
  const how = `a new authority signs new certificates with ${names([now])}; those of before stay good until they end`;
  if (safeNow) {
    const who =
      'clients with OpenSSL before 3.5 (Debian 12 has 3.0) cannot load certificates that it signs: ' +
      'name ml-dsa under cannot of their types, which keeps them with the authority of before';
    return [judged(safeBefore ? 'neutral' : 'strengthens', `${how}; ${who}`)];
  }
  if (safeBefore) return [judged('weakens', `${how}; a quantum computer can forge them`)];
  const weaker = algorithmOf(now).classicalBits < algorithmOf(before).classicalBits;
  return [judged(weaker ? 'weakens' : 'neutral', how)];
}

function names(ids: readonly AlgorithmId[]): string {
  return ids.map((id) => algorithmOf(id).name).join(' and ');
}
