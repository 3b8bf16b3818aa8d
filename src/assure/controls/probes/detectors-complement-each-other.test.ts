import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOUND_KINDS, toldBy } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import type { KindsTrial } from '../watch-trials.ts';
import { detectorsComplementEachOther } from './detectors-complement-each-other.ts';

const w = (more: Partial<KindsTrial>) => ({ kindsTrial: async () => ({ ...SOUND_KINDS, ...more }) });

test('detectors-complement-each-other turns red where one of its promises is broken', async () => {
  await assertTurnsRed(detectorsComplementEachOther, {
    'the usual is told': w({ quiet: false }),
    'statistics are blind': w({ statistics: null }),
    'models are blind': w({ learnt: null }),
    'the ensemble is blind': w({ ensemble: null }),
    'the ensemble blames another field': w({ ensemble: toldBy('series-ensemble', { field: 'level' }) }),
    'statistics tell it all': w({ learnt: toldBy('robust-z') }),
    'a rule is broken untold': w({ rule: null }),
  });
});

test('detectors-complement-each-other has nothing to try where nothing is watched', async () => {
  const idle = soundPlatform(w({ watched: false }));
  const { outcome } = await detectorsComplementEachOther.probe(idle, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
