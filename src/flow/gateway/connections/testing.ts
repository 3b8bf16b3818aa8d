import type { Manner } from './connection-summary.ts';

/** For tests only: how a device connects in the usual way. */
export const MANNER: Manner = {
  network: '192.0.2.0/24',
  tls: 'TLSv1.3 TLS_AES_128_GCM_SHA256 X25519',
  stack: 'ab',
  protocol: 'mqtt-5',
  keepAlive: 60,
  clean: true,
  hasWill: false,
};
