/**
 * Where the root key is. It seals key material by purpose and keeps a few named secrets that can be destroyed for good.
 *
 * The root key never leaves it. Every implementation passes `test/conformance/custody.ts`.
 */
export interface Custody extends AsyncDisposable {
  readonly kind: 'passphrase' | 'demo';
  /** True for the demo key: whoever has the files has the key, so nothing may listen beyond loopback. */
  readonly loopbackOnly: boolean;
  /**
   * Seals key material under the root key.
   *
   * @param purpose what it is; opening under another purpose fails. At most 256 characters
   */
  seal(purpose: string, material: Uint8Array): Promise<Uint8Array>;
  /** @throws {KeysError} KEYS_CUSTODY_DAMAGED if purpose, root key or a single bit differ */
  open(purpose: string, sealed: Uint8Array): Promise<Uint8Array>;
  /**
   * Keeps a secret under a name of `[a-z0-9-]{1,100}`; durable once resolved.
   *
   * @throws {KeysError} KEYS_NAME_TAKEN, KEYS_NAME_INVALID
   */
  keep(name: string, secret: Uint8Array): Promise<void>;
  /** The secret of a name, or null where there is none. @throws {KeysError} KEYS_CUSTODY_DAMAGED */
  fetch(name: string): Promise<Uint8Array | null>;
  /** Names of all kept secrets, sorted. */
  names(): Promise<readonly string[]>;
  /** Destroys a secret: afterwards nothing gives it back. One that is not there is no error. */
  destroy(name: string): Promise<void>;
}
