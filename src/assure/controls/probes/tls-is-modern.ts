import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import type { HandshakeOutcome } from '../probe-platform.ts';

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
        'TLS 1.1 is refused': isRefused(old),
        'TLS 1.2 is as the template says': minimum === '1.2' ? middle.accepted : isRefused(middle),
        'TLS 1.3 is taken': modern.accepted,
        'the key exchange is hybrid': modern.group === 'X25519MLKEM768',
      },
      {
        minimum: minimum ?? null,
        'TLSv1.1': show(old),
        'TLSv1.2': show(middle),
        'TLSv1.3': show(modern),
        group: modern.group,
      },
    );
  },
};

/** By the listener's own alert: a version that this side cannot speak, or a listener that is down, shows nothing. */
function isRefused({ accepted, reason }: HandshakeOutcome): boolean {
  return !accepted && (reason ?? '').includes('ALERT_PROTOCOL_VERSION');
}

function show({ accepted, reason }: HandshakeOutcome): string {
  return accepted ? 'taken' : (reason ?? 'refused');
}
