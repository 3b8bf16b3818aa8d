/** What one device exchanged with one peer, as seen from the device. Null is what is not known. */
export interface DeviceFlow {
  readonly opened: 'device' | 'peer' | null;
  /** Whether packets went from the device and came to it. */
  readonly sent: boolean;
  readonly received: boolean;
  /** EtherType; null for that of the peer's address. */
  readonly etherType: number | null;
  readonly peerMac: string | null;
  /** IANA number, 6 for TCP, 17 for UDP. */
  readonly protocol: number | null;
  readonly peerAddress: string | null;
  /** Names by which the peer is known: asked of DNS, or named in the TLS handshake. */
  readonly peerNames: readonly string[];
  readonly devicePort: number | null;
  readonly peerPort: number | null;
  readonly icmpType: number | null;
  readonly icmpCode: number | null;
}
