import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Offers old protocol versions to the device listener, and looks at the key exchange of a new one. */
export const tlsIsModern: Control = {
  id: 'tls-is-modern',
  row: 1,
  covers: 'part',
  statement: 'the device listener refuses TLS below what the template allows and agrees on a hybrid post-quantum key',
  requirements: ['gdpr:32', 'iso-27001:A.8.24', 'nist-csf:PR.DS-02', 'etsi-en-303645:5.5-1'],
  probe: async (platform) => {
    const minimum = (await platform.status())['tlsMinimum'];
    const old = await platform.connectWithTls('TLSv1.1');
    const middle = await platform.connectWithTls('TLSv1.2');
    const modern = await platform.connectWithTls('TLSv1.3');
    return judge(
      {
        'TLS 1.1 is refused': !old.accepted,
        'TLS 1.2 is as the template says': middle.accepted === (minimum === '1.2'),
        'TLS 1.3 is taken': modern.accepted,
        'the key exchange is hybrid': modern.group === 'X25519MLKEM768',
      },
      {
        minimum: minimum ?? null,
        'TLSv1.1': old.accepted,
        'TLSv1.2': middle.accepted,
        'TLSv1.3': modern.accepted,
        group: modern.group,
      },
    );
  },
};
