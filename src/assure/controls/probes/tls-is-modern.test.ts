import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { tlsIsModern } from './tls-is-modern.ts';

const taken = { accepted: true, group: 'X25519MLKEM768', reason: null };
const refused = { accepted: false, group: null, reason: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' };

test('tlsIsModern turns red', () =>
  assertTurnsRed(tlsIsModern, {
    'every version is taken': { connectWithTls: async () => taken },
    'one listener takes an old version': {
      connectWithTls: async (offer, listener) =>
        offer === 'TLSv1.3' || (offer === 'TLSv1.1' && listener === 'api') ? taken : refused,
    },
    'one listener takes weak suites': {
      status: async () => ({ tlsMinimum: '1.2' }),
      connectWithTls: async (offer, listener) =>
        offer === 'TLSv1.1' || (offer === 'TLSv1.2-weak' && listener !== 'https') ? refused : taken,
    },
    'the key exchange is classical': {
      connectWithTls: async (offer) => (offer === 'TLSv1.3' ? { ...taken, group: 'X25519' } : refused),
    },
    'the template allows 1.2 and the listener does not': { status: async () => ({ tlsMinimum: '1.2' }) },
    'old versions fail on this side': {
      connectWithTls: async (offer) =>
        offer === 'TLSv1.3' ? taken : { ...refused, reason: 'ERR_SSL_NO_PROTOCOLS_AVAILABLE' },
    },
    'the listener is down': { connectWithTls: async () => ({ ...refused, reason: 'ECONNREFUSED' }) },
  }));
