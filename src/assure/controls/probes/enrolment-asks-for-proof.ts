import type { Json } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';

const EST = '/.well-known/est';
/** Text that is no certificate request. */
const NONSENSE = 'no request';

/**
 * Asks for certificates as nobody, as a person, and as the device `_probe` with its own certificate: none may be given
 * without what lets a device in, none for a body that proves no key, and the authorities are shown to everybody.
 */
export const enrolmentAsksForProof: Control = {
  id: 'enrolment-asks-for-proof',
  row: 2,
  covers: 'part',
  statement:
    'certificates are given over EST to devices alone, which show a token, their own certificate or their manufacturer’s, and for requests that prove their key',
  requirements: ['iso-27001:A.8.5', 'nist-csf:PR.AA-01', 'etsi-en-303645:5.5-1'],
  probe: async (platform) => {
    const since = platform.now();
    const ask = (operation: string, as: 'nobody' | 'person' | 'device') =>
      platform.call('POST', `${EST}/${operation}`, NONSENSE, as);
    const authorities = await platform.call('GET', `${EST}/cacerts`, null, 'nobody');
    const strangers = await Promise.all([ask('simpleenroll', 'nobody'), ask('simplereenroll', 'nobody')]);
    const people = await Promise.all([ask('simpleenroll', 'person'), ask('simplereenroll', 'person')]);
    const again = await ask('simpleenroll', 'device');
    const unproved = await ask('simplereenroll', 'device');
    const given = await platform.logged('issue-certificate', 'device:_probe', since);
    return judge(
      {
        'the authorities are shown to everybody': authorities.status === 200,
        'nobody gets a certificate': strangers.every(({ status }) => status === 401),
        'a person gets none': people.every(({ status }) => status === 401),
        'a device that has one does not enrol again': again.status === 403,
        'a request that proves no key is refused': codeOf(unproved.body) === 'IDENTITY_REQUEST_INVALID',
        'none was given meanwhile': !given,
      },
      {
        strangers: strangers.map(({ status }) => status),
        people: people.map(({ status }) => status),
        again: again.status,
        unproved: codeOf(unproved.body),
      },
    );
  },
};

function codeOf(body: Json): string {
  const code = typeof body === 'object' && body !== null && 'code' in body ? body['code'] : null;
  return typeof code === 'string' ? code : '';
}
