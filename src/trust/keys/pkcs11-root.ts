import type { Handle, Library, PKCS11, Template } from 'pkcs11js';
import { concatBytes, encodeUtf8 } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH } from '#base/crypto/index.ts';
import { activeGeneration, requirePurpose } from './file-custody.ts';
import { KeysError } from './errors.ts';
import type { RootHolder } from './folder-custody.ts';

/** Where a root key is in a security module. */
export interface Pkcs11Place {
  readonly kind: 'pkcs11';
  /** Path of the module's library. */
  readonly module: string;
  /** Label of the token. */
  readonly token: string;
  /** What the labels of the key begin with; the generation follows. */
  readonly key: string;
}

const SEALED_FORMAT = 2;
const HEADER = 2;
const MOST_GENERATIONS = 255;
/** Return values of PKCS #11 v2.40 that mean something here. */
const CKR = { PIN_INCORRECT: 0xa0, PIN_LOCKED: 0xa4, ALREADY_LOGGED_IN: 0x100, ALREADY_INITIALIZED: 0x191 } as const;
const MOST_KEYS = 1_000;

/**
 * Opens the root key in a security module: AES-256, made there, not extractable. Whatever is sealed goes in, and what
 * was sealed comes out; the key never does.
 *
 * @param pin of the token's user
 * @throws {KeysError} KEYS_CUSTODY_UNAVAILABLE, KEYS_PIN_WRONG, KEYS_ROOT_MISSING
 * @see PKCS #11 v2.40, AES-GCM with a 96-bit nonce drawn here
 */
export async function openPkcs11Root(place: Pkcs11Place, pin: string, random: Random): Promise<RootHolder> {
  const session = await openSession(place, pin);
  const root = new Pkcs11Root(session, place, random);
  if (root.generations.length > 0) return root;
  await root[Symbol.asyncDispose]();
  throw new KeysError('KEYS_ROOT_MISSING', `Cannot open root key: token ${place.token} has no key ${place.key}`, {
    hint: 'Restore the token from its own backup; without its key the data is lost',
  });
}

/**
 * Makes a root key in a security module.
 *
 * @throws {KeysError} KEYS_CUSTODY_UNAVAILABLE, KEYS_PIN_WRONG, KEYS_ROOT_EXISTS
 */
export async function createPkcs11Root(place: Pkcs11Place, pin: string, random: Random): Promise<RootHolder> {
  const root = new Pkcs11Root(await openSession(place, pin), place, random);
  if (root.generations.length === 0) {
    await root.rotate();
    return root;
  }
  await root[Symbol.asyncDispose]();
  throw new KeysError('KEYS_ROOT_EXISTS', `Cannot make root key: token ${place.token} has a key ${place.key}`);
}

interface Session {
  readonly library: Library;
  readonly module: PKCS11;
  readonly handle: Handle;
}

async function openSession({ module: path, token }: Pkcs11Place, pin: string): Promise<Session> {
  const { default: library } = await import('pkcs11js').catch((cause: unknown) => {
    throw new KeysError('KEYS_CUSTODY_UNAVAILABLE', 'Cannot use security module: the package pkcs11js is not built', {
      cause,
      hint: 'Install a C++ compiler and run npm ci again; see docs/tasks/keep-keys-in-an-hsm.md',
    });
  });
  const { PKCS11: Module, CKF_SERIAL_SESSION, CKF_RW_SESSION, CKU_USER } = library;
  const module = new Module();
  try {
    module.load(path);
    // Others of this process may use the module too; it stays loaded and initialised until the process ends.
    tolerating(CKR.ALREADY_INITIALIZED, () => module.C_Initialize());
    const slot = module.C_GetSlotList(true).find((each) => module.C_GetTokenInfo(each).label.trim() === token);
    if (slot === undefined) throw new RangeError(`no token is labelled ${token}`);
    const handle = module.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION);
    tolerating(CKR.ALREADY_LOGGED_IN, () => module.C_Login(handle, CKU_USER, pin));
    return { library, module, handle };
  } catch (cause) {
    throw unavailable(token, cause);
  }
}

class Pkcs11Root implements RootHolder {
  readonly kind = 'pkcs11';
  readonly loopbackOnly = false;
  readonly #place: Pkcs11Place;
  readonly #random: Random;
  #session: Session | null;
  #keys: ReadonlyMap<number, Handle>;

  constructor(session: Session, place: Pkcs11Place, random: Random) {
    this.#session = session;
    this.#place = place;
    this.#random = random;
    this.#keys = this.#find(session);
  }

  get generations(): readonly number[] {
    return [...this.#keys.keys()].sort((a, b) => a - b);
  }

  async seal(purpose: string, material: Uint8Array): Promise<Uint8Array> {
    const session = this.#open();
    const generation = this.generations.at(-1) ?? 0;
    const header = Uint8Array.of(SEALED_FORMAT, generation);
    const nonce = this.#random.bytes(AEAD_NONCE_LENGTH);
    const { module, handle } = session;
    try {
      const mechanism = this.#mechanism(session, nonce, header, purpose);
      module.C_EncryptInit(handle, mechanism, this.#key(generation));
      const sealed = module.C_Encrypt(handle, Buffer.from(material), Buffer.alloc(material.length + AEAD_TAG_LENGTH));
      return concatBytes([header, nonce, sealed]);
    } catch (cause) {
      throw unavailable(this.#place.token, cause);
    }
  }

  async open(purpose: string, sealed: Uint8Array): Promise<Uint8Array> {
    const session = this.#open();
    const { module, handle } = session;
    const generation = this.generationOf(sealed);
    const body = sealed.subarray(HEADER + AEAD_NONCE_LENGTH);
    try {
      if (!this.#keys.has(generation) || body.length < AEAD_TAG_LENGTH) throw new RangeError('not sealed here');
      const nonce = sealed.subarray(HEADER, HEADER + AEAD_NONCE_LENGTH);
      const mechanism = this.#mechanism(session, nonce, sealed.subarray(0, HEADER), purpose);
      module.C_DecryptInit(handle, mechanism, this.#key(generation));
      return new Uint8Array(module.C_Decrypt(handle, Buffer.from(body), Buffer.alloc(body.length)));
    } catch (cause) {
      throw new KeysError('KEYS_CUSTODY_DAMAGED', `Cannot open ${purpose}: it was not sealed so under this root key`, {
        cause,
        hint: 'Restore the keys folder and the catalogue from one and the same backup; see whether the token is there',
      });
    }
  }

  generationOf(sealed: Uint8Array): number {
    return sealed.length >= HEADER && sealed[0] === SEALED_FORMAT ? (sealed[1] ?? 0) : 0;
  }

  async rotate(): Promise<number> {
    const session = this.#open();
    const { library, module, handle } = session;
    const generation = (this.generations.at(-1) ?? 0) + 1;
    if (generation > MOST_GENERATIONS) {
      throw new KeysError('KEYS_VERSIONS_SPENT', 'Cannot rotate root key: it has had 255 generations', {
        hint: 'Move the root key with weir keys move, which begins to count anew',
      });
    }
    const template: Template = [
      { type: library.CKA_CLASS, value: library.CKO_SECRET_KEY },
      { type: library.CKA_KEY_TYPE, value: library.CKK_AES },
      { type: library.CKA_LABEL, value: `${this.#place.key}-${generation}` },
      { type: library.CKA_TOKEN, value: true },
      { type: library.CKA_PRIVATE, value: true },
      { type: library.CKA_SENSITIVE, value: true },
      { type: library.CKA_EXTRACTABLE, value: false },
      { type: library.CKA_ENCRYPT, value: true },
      { type: library.CKA_DECRYPT, value: true },
      { type: library.CKA_VALUE_LEN, value: 32 },
    ];
    try {
      module.C_GenerateKey(handle, { mechanism: library.CKM_AES_KEY_GEN }, template);
      this.#keys = this.#find(session);
    } catch (cause) {
      throw unavailable(this.#place.token, cause);
    }
    return generation;
  }

  async destroyGeneration(generation: number): Promise<void> {
    const session = this.#open();
    if (generation === this.generations.at(-1)) throw activeGeneration(generation);
    if (!this.#keys.has(generation)) return;
    try {
      session.module.C_DestroyObject(session.handle, this.#key(generation));
      this.#keys = this.#find(session);
    } catch (cause) {
      throw unavailable(this.#place.token, cause);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = this.#session;
    this.#session = null;
    // The last session of the process that closes logs out.
    session?.module.C_CloseSession(session.handle);
  }

  #mechanism({ library }: Session, nonce: Uint8Array, header: Uint8Array, purpose: string) {
    requirePurpose(purpose);
    const aad = Buffer.from(concatBytes([header, encodeUtf8(`weir custody 1\n${purpose}`)]));
    return {
      mechanism: library.CKM_AES_GCM,
      parameter: {
        type: library.CK_PARAMS_AES_GCM,
        iv: Buffer.from(nonce),
        ivBits: AEAD_NONCE_LENGTH * 8,
        aad,
        tagBits: AEAD_TAG_LENGTH * 8,
      },
    };
  }

  #find({ library, module, handle }: Session): ReadonlyMap<number, Handle> {
    const found = new Map<number, Handle>();
    module.C_FindObjectsInit(handle, [{ type: library.CKA_CLASS, value: library.CKO_SECRET_KEY }]);
    try {
      for (const key of module.C_FindObjects(handle, MOST_KEYS)) {
        const [{ value } = { value: null }] = module.C_GetAttributeValue(handle, key, [{ type: library.CKA_LABEL }]);
        const label = Buffer.isBuffer(value) ? value.toString('utf8') : '';
        const generation = label.startsWith(`${this.#place.key}-`)
          ? Number(label.slice(this.#place.key.length + 1))
          : 0;
        if (Number.isInteger(generation) && generation > 0) found.set(generation, key);
      }
    } finally {
      module.C_FindObjectsFinal(handle);
    }
    return found;
  }

  #key(generation: number): Handle {
    const key = this.#keys.get(generation);
    if (key === undefined) throw new RangeError(`there is no generation ${generation}`);
    return key;
  }

  #open(): Session {
    if (this.#session === null) throw new KeysError('KEYS_CLOSED', 'Cannot use root key: custody was closed');
    return this.#session;
  }
}

/** What a return value means that says that all is well already. */
function tolerating(code: number, step: () => void): void {
  try {
    step();
  } catch (error) {
    if ((error as { code?: unknown }).code !== code) throw error;
  }
}

function unavailable(token: string, cause: unknown): KeysError {
  const code = (cause as { code?: unknown }).code;
  if (code === CKR.PIN_INCORRECT || code === CKR.PIN_LOCKED) {
    const state = code === CKR.PIN_LOCKED ? 'it is locked after too many wrong ones' : 'it is not the one';
    return new KeysError('KEYS_PIN_WRONG', `Cannot open token ${token} with this PIN: ${state}`, {
      cause,
      hint: 'Most tokens lock after a few wrong ones: look it up before you try again',
    });
  }
  const why = cause instanceof Error ? cause.message.slice(0, 120) : 'unknown';
  return new KeysError('KEYS_CUSTODY_UNAVAILABLE', `Cannot use token ${token}: ${why}`, {
    cause,
    hint: 'See whether the module is installed and the token is there',
  });
}
