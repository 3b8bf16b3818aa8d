import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { tlsIsModern } from './tls-is-modern.ts';

test('tlsIsModern turns red', () =>
  assertTurnsRed(tlsIsModern, {
    'every version is taken': { connectWithTls: async () => ({ accepted: true, group: 'X25519MLKEM768' }) },
    'the key exchange is classical': {
      connectWithTls: async (version) => ({ accepted: version === 'TLSv1.3', group: 'X25519' }),
    },
    'the template allows 1.2 and the listener does not': { status: async () => ({ tlsMinimum: '1.2' }) },
  }));
