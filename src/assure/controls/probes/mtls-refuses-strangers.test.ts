import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { mtlsRefusesStrangers } from './mtls-refuses-strangers.ts';

test('mtlsRefusesStrangers turns red', () =>
  assertTurnsRed(mtlsRefusesStrangers, {
    'everybody is admitted': { connect: async () => ({ admitted: true, protocol: 'TLSv1.3', reason: null }) },
    'nobody is admitted': { connect: async () => ({ admitted: false, protocol: null, reason: 'down' }) },
    'expired certificates are admitted': {
      connect: async (kind) => ({ admitted: kind === 'good' || kind === 'expired', protocol: null, reason: null }),
    },
    'expired certificates are refused for another reason': {
      logged: async (_action, _resource, _since, reason) => reason !== 'expired',
    },
  }));
