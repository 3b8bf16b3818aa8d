import type { Action } from '#declare/policy/index.ts';
import type { PacketType } from './packet-type.ts';

/** What decides about a packet of a device. */
export type PacketRule =
  /** An action of the policy, on what its topic names. */
  | { readonly decides: Action; readonly root: string }
  /** Who is let in at all: certificate, inventory, flags of the device table. */
  | { readonly decides: 'admission' }
  /** About the sender's own session or messages alone: it names no topic. */
  | { readonly decides: 'own-session' }
  /** Never taken from a device. */
  | { readonly decides: 'refused' };

/**
 * Every packet of MQTT and what decides about it. A topic has a root for each action: `streams` to publish, `commands` to
 * hear; under any other there is nothing.
 */
export const PACKET_RULES = {
  Connect: { decides: 'admission' },
  Connack: { decides: 'refused' },
  Publish: { decides: 'publish', root: 'streams' },
  Puback: { decides: 'own-session' },
  Pubrec: { decides: 'own-session' },
  Pubrel: { decides: 'own-session' },
  Pubcomp: { decides: 'own-session' },
  Subscribe: { decides: 'subscribe', root: 'commands' },
  Suback: { decides: 'refused' },
  // Ends what was allowed; a filter that was never subscribed to ends nothing.
  Unsubscribe: { decides: 'own-session' },
  Unsuback: { decides: 'refused' },
  Pingreq: { decides: 'own-session' },
  Pingresp: { decides: 'refused' },
  Disconnect: { decides: 'own-session' },
  Auth: { decides: 'refused' },
} as const satisfies Record<keyof typeof PacketType, PacketRule>;
