import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { devicesShowTheirProfile } from './devices-show-their-profile.ts';

test('devices-show-their-profile turns red where a profile is missing or an unsupported device gets in', async () => {
  await assertTurnsRed(devicesShowTheirProfile, {
    'a device has no profile': { profiles: async () => [{ name: 'a', endsIn: null }] },
    'it is enrolled': { enrolUnsupported: async () => ({ name: 'x', code: '', message: '' }) },
    'it is refused without a reason': {
      enrolUnsupported: async () => ({ name: 'x', code: 'IDENTITY_PROFILE_REFUSED', message: 'no' }),
    },
    'it stays behind': {
      enrolUnsupported: async () => ({ name: 'a', code: 'IDENTITY_PROFILE_REFUSED', message: 'its support ended' }),
    },
  });
});
