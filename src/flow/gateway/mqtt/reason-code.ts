/** Reason codes of MQTT 5 that this gateway sends. @see MQTT 5 section 2.4 */
export const ReasonCode = {
  Success: 0x00,
  GrantedQos1: 0x01,
  NoSubscriptionExisted: 0x11,
  Unspecified: 0x80,
  MalformedPacket: 0x81,
  ProtocolError: 0x82,
  UnsupportedVersion: 0x84,
  ClientIdInvalid: 0x85,
  NotAuthorized: 0x87,
  ServerUnavailable: 0x88,
  ServerBusy: 0x89,
  ServerShuttingDown: 0x8b,
  BadAuthenticationMethod: 0x8c,
  KeepAliveTimeout: 0x8d,
  SessionTakenOver: 0x8e,
  TopicFilterInvalid: 0x8f,
  TopicNameInvalid: 0x90,
  PacketIdInUse: 0x91,
  PacketIdNotFound: 0x92,
  ReceiveMaximumExceeded: 0x93,
  TopicAliasInvalid: 0x94,
  PacketTooLarge: 0x95,
  QuotaExceeded: 0x97,
  AdministrativeAction: 0x98,
  PayloadFormatInvalid: 0x99,
  RetainNotSupported: 0x9a,
  SharedSubscriptionsNotSupported: 0x9e,
  ConnectionRateExceeded: 0x9f,
} as const;
export type ReasonCode = (typeof ReasonCode)[keyof typeof ReasonCode];

/**
 * The CONNACK return code of MQTT 3.1.1 that comes nearest to a reason code; null where the connection just closes.
 *
 * @see MQTT 3.1.1 section 3.2.2.3
 */
export function returnCode(reason: number): number | null {
  switch (reason) {
    case ReasonCode.UnsupportedVersion:
      return 1;
    case ReasonCode.ClientIdInvalid:
      return 2;
    case ReasonCode.ServerUnavailable:
    case ReasonCode.ServerBusy:
    case ReasonCode.ServerShuttingDown:
    case ReasonCode.QuotaExceeded:
    case ReasonCode.ConnectionRateExceeded:
      return 3;
    case ReasonCode.BadAuthenticationMethod:
    case ReasonCode.NotAuthorized:
      return 5;
    default:
      return null;
  }
}
