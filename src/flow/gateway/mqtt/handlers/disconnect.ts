import type { Client } from '../client.ts';
import { decodePacket } from '../library-codec.ts';
import { DISCONNECT_PROPERTIES, checkProperties } from '../property-section.ts';
import { ReasonCode } from '../reason-code.ts';
import { recordState } from '../session-journal.ts';

/** "Publish my will although I say goodbye." */
const WITH_WILL = 0x04;

/**
 * DISCONNECT: a goodbye, after which the will is void unless the device asks for it.
 *
 * @param frame the whole packet
 * @see MQTT 5 section 3.14
 */
export function handleDisconnect(client: Client, frame: Buffer): void {
  const decoded = decodePacket(frame, client.version);
  if ('reason' in decoded || decoded.packet.cmd !== 'disconnect') {
    return client.disconnect(ReasonCode.MalformedPacket, 'malformed-disconnect');
  }
  const { reasonCode, properties } = decoded.packet;
  const refusal = checkProperties(frame, client.version, 1, DISCONNECT_PROPERTIES);
  if (refusal !== 0) return client.disconnect(refusal, 'malformed-disconnect');
  const expiry = properties?.sessionExpiryInterval;
  const { session } = client;
  if (expiry !== undefined && session !== null) {
    // A session that was to end with its connection cannot be prolonged [MQTT-3.14.2-2].
    if (expiry > 0 && !client.mayOutlive) return client.disconnect(ReasonCode.ProtocolError, 'session-expiry');
    session.expirySeconds = Math.min(expiry, Math.floor(client.context.limits().sessionExpiry / 1_000));
    recordState(client.context.ingest, session);
  }
  if (reasonCode !== WITH_WILL) client.will = null;
  client.close('goodbye');
}
