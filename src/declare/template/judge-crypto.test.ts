import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { diffTemplates } from './diff-template.ts';

const NOTHING = 'devices: { reefer: {} }';

function judge(before: string, after: string) {
  const of = (crypto: string) => makeTemplate(crypto === '' ? NOTHING : `${NOTHING}\ncrypto: ${crypto}`);
  return diffTemplates(of(before), of(after)).map(({ path, effect, explanation }) => ({ path, effect, explanation }));
}

test('a choice of algorithms is judged by what is dropped and gained', () => {
  const cases = [
    ['', '{ certificates: ecdsa-p256 }', 'neutral', /what holds anyway/],
    ['', '{ certificates: ml-dsa-65 }', 'strengthens', /OpenSSL before 3\.5.*cannot/],
    ['', '{ certificates: ecdsa-p384 }', 'neutral', /ECDSA P-384/],
    ['{ certificates: ecdsa-p384 }', '', 'weakens', /ECDSA P-256/],
    ['{ certificates: ml-dsa-65 }', '{ certificates: ml-dsa-44 }', 'neutral', /ML-DSA-44/],
    ['{ certificates: ml-dsa-65 }', '{ certificates: ecdsa-p256 }', 'weakens', /quantum computer/],
    ['', '{ checkpoints: [ed25519] }', 'weakens', /no longer signed with ML-DSA-65; witnesses/],
    ['{ checkpoints: [ed25519] }', '{ checkpoints: [ed25519, ml-dsa-65] }', 'strengthens', /ML-DSA-65 as well/],
    ['', '{ checkpoints: [ml-dsa-65], certificates: ml-dsa-65 }', 'weakens', /no longer signed with Ed25519/],
  ] as const;
  for (const [before, after, effect, explanation] of cases) {
    const [change, ...more] = judge(before, after);
    assert.deepEqual(more, [], after);
    assert.equal(change?.effect, effect, after);
    assert.match(change?.explanation ?? '', explanation);
    assert.match(change?.path ?? '', /^crypto/);
  }
});
