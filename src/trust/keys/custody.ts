/** Where a root key can be. */
export type CustodyKind = 'passphrase' | 'demo' | 'pkcs11' | 'transit';

/**
 * Where the root key is. It seals key material by purpose and keeps a few named secrets that can be destroyed for good.
 *
 * The root key never leaves it. It has generations: the newest seals, the older ones open until they are destroyed.
 * Every implementation passes `test/conformance/custody.ts`.
 */
export interface Custody extends AsyncDisposable {
  readonly kind: CustodyKind;
  /** True for the demo key: whoever has the files has the key, so nothing may listen beyond loopback. */
  readonly loopbackOnly: boolean;
  /** Generations of the root key that open, ascending, at least one; the last seals. */
  readonly generations: readonly number[];
  /**
   * Seals key material under the newest generation of the root key.
   *
   * @param purpose what it is; opening under another purpose fails. At most 256 characters
   */
  seal(purpose: string, material: Uint8Array): Promise<Uint8Array>;
  /** @throws {KeysError} KEYS_CUSTODY_DAMAGED if purpose, root key or a single bit differ */
  open(purpose: string, sealed: Uint8Array): Promise<Uint8Array>;
  /** The generation that sealed this, as it says itself: nothing is opened, so nothing is verified. 0 for none of this custody's. */
  generationOf(sealed: Uint8Array): number;
  /**
   * Makes the next generation; durable once resolved, and it seals from then on.
   *
   * @returns its number
   * @throws {KeysError} KEYS_VERSIONS_SPENT
   */
  rotate(): Promise<number>;
  /**
   * Destroys a generation that no longer seals: what it sealed opens never again. One that is not there is no error.
   *
   * @throws {KeysError} KEYS_VERSION_ACTIVE for the newest
   */
  destroyGeneration(generation: number): Promise<void>;
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
  /** How many kept secrets a generation sealed. */
  countKept(generation: number): Promise<number>;
  /** Seals each kept secret of an older generation again under the newest, one by one; how many there were. */
  resealKept(): Promise<number>;
  /** Destroys a secret: afterwards nothing gives it back. One that is not there is no error. */
  destroy(name: string): Promise<void>;
}
