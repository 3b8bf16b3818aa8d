import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { logIsVerifiable } from './log-is-verifiable.ts';

test('logIsVerifiable turns red', () =>
  assertTurnsRed(logIsVerifiable, {
    'it does not verify': {
      verifyLog: async () => ({ entries: 9, verified: false, reason: 'AUDIT_TILE_WRONG', tamperDetected: true }),
    },
    'a change goes unseen': {
      verifyLog: async () => ({ entries: 9, verified: true, reason: null, tamperDetected: false }),
    },
    'it is empty': { verifyLog: async () => ({ entries: 0, verified: true, reason: null, tamperDetected: true }) },
  }));
