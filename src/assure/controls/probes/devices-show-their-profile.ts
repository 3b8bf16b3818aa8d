import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/**
 * Looks at what the inventory says of each device, and tries to enrol one whose maker ended its support long ago: it has
 * to be refused with the reason, and must not be there afterwards.
 */
export const devicesShowTheirProfile: Control = {
  id: 'devices-show-their-profile',
  row: 10,
  covers: 'part',
  statement:
    'each device has a security profile with the year in which its cryptography or support runs out, and one that cannot be served is refused at enrolment with the reason',
  requirements: ['iso-27001:A.5.9', 'nist-csf:ID.AM-08', 'etsi-en-303645:5.3-13'],
  probe: async (platform) => {
    const entries = (await platform.profiles()).filter(({ name }) => !name.startsWith('_'));
    const bare = entries.filter(({ endsIn }) => endsIn === null).map(({ name }) => name);
    const refusal = await platform.enrolUnsupported();
    const after = await platform.inventory();
    return judge(
      {
        'each device has a year in which it ends': bare.length === 0,
        'a device without support is refused': refusal.code === 'IDENTITY_PROFILE_REFUSED',
        'the refusal says why': refusal.message.includes('support'),
        'it is not in the inventory': !after.some(({ name }) => name === refusal.name),
      },
      { devices: entries.length, bare: bare.slice(0, 20), refusal: refusal.message },
    );
  },
};
