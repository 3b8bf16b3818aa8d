/** Where a connection comes from. */
export interface PeerSource {
  /** Undefined where the system does not say. */
  readonly address: string | undefined;
  /** Whether the platform itself opened it, to try itself. Only control says so, of one connection; see `SecureListener.own`. */
  readonly own: boolean;
}
