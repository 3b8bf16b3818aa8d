import { test } from 'node:test';
import type { ProbePlatform } from '../probe-platform.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { enrolmentAsksForProof } from './enrolment-asks-for-proof.ts';

/** A platform that answers one operation, asked by one caller, with success. */
function granting(operation: string, caller: string, status = 200): Partial<ProbePlatform> {
  const sound = soundPlatform();
  return {
    call: async (method, path, body, as) =>
      path.endsWith(`/${operation}`) && as === caller ? { status, body: null } : sound.call(method, path, body, as),
  };
}

test('enrolment-asks-for-proof turns red for each way in which a certificate is given away', () =>
  assertTurnsRed(enrolmentAsksForProof, {
    'the authorities are hidden': granting('cacerts', 'nobody', 404),
    'nobody enrols': granting('simpleenroll', 'nobody'),
    'nobody renews': granting('simplereenroll', 'nobody'),
    'a person enrols': granting('simpleenroll', 'person'),
    'a device enrols twice': granting('simpleenroll', 'device'),
    'a request without proof is taken': granting('simplereenroll', 'device'),
    'a certificate was given': { logged: async () => true },
  }));
