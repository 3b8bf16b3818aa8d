import { test } from 'node:test';
import type { TamperTrial } from '../watch-trials.ts';
import { SOUND_TAMPER } from '../sound-trials.ts';
import { assertTurnsRed } from '../testing.ts';
import { tamperingIsContained } from './tampering-is-contained.ts';

const tamperOwn = (more: Partial<TamperTrial>) => ({ tamperOwn: async () => ({ ...SOUND_TAMPER, ...more }) });

test('tampering-is-contained turns red where a sign is not told, or a device is not contained', async () => {
  await assertTurnsRed(tamperingIsContained, {
    'an open case': tamperOwn({ caseOpen: false }),
    'starting again and again': tamperOwn({ bootLoop: false }),
    'readings go on': tamperOwn({ apart: false }),
    'let in': tamperOwn({ cut: false }),
    'never let go on': tamperOwn({ released: false }),
  });
});
