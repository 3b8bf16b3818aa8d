import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import type { HandshakeOutcome, TlsListener, TlsOffer } from '../door-trials.ts';

const LISTENERS = ['mqtt', 'https', 'api'] as const satisfies readonly TlsListener[];

const OFFERS = ['TLSv1.1', 'TLSv1.2', 'TLSv1.2-weak', 'TLSv1.3'] as const satisfies readonly TlsOffer[];

/** Offers old protocol versions and weak cipher suites to each listener, and looks at the key exchange of a new one. */
export const tlsIsModern: Control = {
  id: 'tls-is-modern',
  row: 11,
  covers: 'part',
  statement:
    'each listener refuses TLS below what the template allows and suites that are weak, and agrees on a hybrid post-quantum key',
  requirements: ['gdpr:32', 'iso-27001:A.8.24', 'nist-csf:PR.DS-02', 'etsi-en-303645:5.5-1'],
  probe: async (platform) => {
    const minimum = (await platform.status())['tlsMinimum'];
    const heard = await Promise.all(
      LISTENERS.map(async (listener) => {
        const outcomes = await Promise.all(OFFERS.map((offer) => platform.connectWithTls(offer, listener)));
        return { listener, ...Object.fromEntries(OFFERS.map((offer, i) => [offer, outcomes[i]!])) } as Heard;
      }),
    );
    return judge(
      {
        'TLS 1.1 is refused': heard.every((each) => isRefused(each['TLSv1.1'])),
        'TLS 1.2 is as the template says': heard.every(({ 'TLSv1.2': middle }) =>
          minimum === '1.2' ? middle.accepted : isRefused(middle),
        ),
        'weak suites are refused': heard.every((each) => isRefused(each['TLSv1.2-weak'])),
        'TLS 1.3 is taken': heard.every((each) => each['TLSv1.3'].accepted),
        'the key exchange is hybrid': heard.every((each) => each['TLSv1.3'].group === 'X25519MLKEM768'),
      },
      {
        minimum: minimum ?? null,
        ...Object.fromEntries(
          heard.map((each) => [
            each.listener,
            { ...Object.fromEntries(OFFERS.map((offer) => [offer, show(each[offer])])), group: each['TLSv1.3'].group },
          ]),
        ),
      },
    );
  },
};

type Heard = { readonly listener: TlsListener } & Readonly<Record<TlsOffer, HandshakeOutcome>>;

/** By the listener's own alert: what this side cannot offer, or a listener that is down, shows nothing. */
function isRefused({ accepted, reason }: HandshakeOutcome): boolean {
  return !accepted && /ALERT_(PROTOCOL_VERSION|HANDSHAKE_FAILURE)/.test(reason ?? '');
}

function show({ accepted, reason }: HandshakeOutcome): string {
  return accepted ? 'taken' : (reason ?? 'refused');
}
