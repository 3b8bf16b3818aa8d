import type { Runtime, Stored } from 'node-seal';
import { CryptoError } from './errors.ts';

/** Parameters of the scheme; the runtime itself refuses those that are below 128 bits of security. */
export const FLEET_SUM_PARAMETERS = { degree: 8_192, bits: [60, 60, 60], scale: 2 ** 50, security: 128 } as const;

/** Values are at most so far from 0: the square of a greater one would blur what is beside it in the ciphertext. */
export const MOST_FLEET_VALUE = 1e6;

/** What the scheme adds to a number, and what doubles lose of the greatest number in a ciphertext: both measured, with room. */
const NOISE = 1e-12;
const BLUR = 2 ** -56;

/** Keys of a fleet: devices have the public one; whoever asks for sums has the secret one, and the platform never. */
export interface FleetKeys {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** What is known of a fleet when its sum is opened. */
export interface FleetMoments {
  readonly count: number;
  readonly sum: number;
  readonly mean: number;
  /** Of the fleet as it is: divided by count. */
  readonly variance: number;
  /** How far the variance may be off: much, where values lie near each other and far from 0. */
  readonly varianceError: number;
}

/**
 * Sums, means and variances of values that stay encrypted: each device encrypts its value, its square and a one; sums of
 * ciphertexts are ciphertexts of sums. Nothing is multiplied, so there are no further keys.
 *
 * @see J. Cheon, A. Kim, M. Kim, Y. Song, Homomorphic Encryption for Arithmetic of Approximate Numbers, 2017
 * @see HomomorphicEncryption.org, Homomorphic Encryption Standard, 2018, table 1
 */
export class FleetSum {
  readonly #seal: Runtime;
  readonly #context: InstanceType<Runtime['SEALContext']>;

  private constructor(seal: Runtime, context: InstanceType<Runtime['SEALContext']>) {
    this.#seal = seal;
    this.#context = context;
  }

  /** Loads the runtime, which nothing else needs. */
  static async open(): Promise<FleetSum> {
    const { default: make } = await import('node-seal');
    const seal = await make();
    const { degree, bits } = FLEET_SUM_PARAMETERS;
    const parameters = new seal.EncryptionParameters(seal.SchemeType.ckks);
    parameters.setPolyModulusDegree(degree);
    parameters.setCoeffModulus(seal.CoeffModulus.Create(degree, Int32Array.from(bits)));
    const context = new seal.SEALContext(parameters, true, seal.SecLevelType.tc128);
    parameters.delete();
    if (!context.parametersSet())
      throw new CryptoError('CRYPTO_PARAMETERS_INVALID', 'Cannot sum up: the parameters are not of 128 bits');
    return new FleetSum(seal, context);
  }

  makeKeys(): FleetKeys {
    const generator = new this.#seal.KeyGenerator(this.#context);
    const [secret, open] = [generator.secretKey(), generator.createPublicKey()];
    const keys = { publicKey: this.#bytesOf(open), secretKey: this.#bytesOf(secret) };
    for (const handle of [secret, open, generator]) handle.delete();
    return keys;
  }

  /**
   * What a device sends: its value, encrypted.
   *
   * @throws {CryptoError} CRYPTO_KEY_INVALID; {RangeError} beyond `MOST_FLEET_VALUE`
   */
  seal(publicKey: Uint8Array, value: number): Uint8Array {
    if (!(Math.abs(value) <= MOST_FLEET_VALUE)) {
      throw new RangeError(`Cannot encrypt ${value}: it is no number from -${MOST_FLEET_VALUE} to ${MOST_FLEET_VALUE}`);
    }
    const key = this.#load(new this.#seal.PublicKey(), publicKey, 'CRYPTO_KEY_INVALID');
    const encoder = new this.#seal.CKKSEncoder(this.#context);
    const encryptor = new this.#seal.Encryptor(this.#context, key);
    const [plain, sealed] = [new this.#seal.Plaintext(), new this.#seal.Ciphertext()];
    try {
      encoder.encode(Float64Array.of(value, value * value, 1), FLEET_SUM_PARAMETERS.scale, plain);
      encryptor.encrypt(plain, sealed);
      return this.#bytesOf(sealed);
    } finally {
      for (const handle of [sealed, plain, encryptor, encoder, key]) handle.delete();
    }
  }

  /** The sum of ciphertexts, without any key. @throws {CryptoError} CRYPTO_ENVELOPE_MALFORMED */
  add(ciphertexts: readonly Uint8Array[]): Uint8Array {
    const evaluator = new this.#seal.Evaluator(this.#context);
    let sum: Stored | null = null;
    try {
      for (const bytes of ciphertexts) {
        const one = this.#loadCiphertext(bytes);
        if (sum === null) sum = one;
        else this.#addInto(evaluator, sum, one);
      }
      if (sum === null) throw new RangeError('Cannot sum up nothing');
      return this.#bytesOf(sum);
    } finally {
      sum?.delete();
      evaluator.delete();
    }
  }

  /** The runtime makes no ciphertext that needs no key, as of two that cancel each other. */
  #addInto(evaluator: InstanceType<Runtime['Evaluator']>, sum: Stored, one: Stored): void {
    try {
      evaluator.addInplace(sum, one);
    } catch (cause) {
      throw new CryptoError('CRYPTO_ENVELOPE_MALFORMED', 'Cannot sum up: a ciphertext takes back all others', {
        cause,
      });
    } finally {
      one.delete();
    }
  }

  /** Opens a sum. @throws {CryptoError} CRYPTO_KEY_INVALID, CRYPTO_ENVELOPE_MALFORMED */
  open(secretKey: Uint8Array, sum: Uint8Array): FleetMoments {
    const key = this.#load(new this.#seal.SecretKey(), secretKey, 'CRYPTO_KEY_INVALID');
    const sealed = this.#loadCiphertext(sum);
    const decryptor = new this.#seal.Decryptor(this.#context, key);
    const encoder = new this.#seal.CKKSEncoder(this.#context);
    const plain = new this.#seal.Plaintext();
    try {
      decryptor.decrypt(sealed, plain);
      const [total = NaN, squares = NaN, ones = NaN] = encoder.decodeFloat64(plain);
      const count = Math.round(ones);
      const mean = total / count;
      const variance = Math.max(0, squares / count - mean * mean);
      const varianceError = (1 + 2 * Math.abs(mean)) * ((squares / count) * BLUR + NOISE);
      return { count, sum: total, mean, variance, varianceError };
    } finally {
      for (const handle of [plain, encoder, decryptor, sealed, key]) handle.delete();
    }
  }

  #bytesOf(stored: Stored): Uint8Array {
    return stored.saveToArray(this.#seal.ComprModeType.none).slice();
  }

  /** As `seal` and `add` make them; the runtime adds up no two of different forms. */
  #loadCiphertext(bytes: Uint8Array): Stored {
    const one = new this.#seal.Ciphertext();
    this.#load(one, bytes, 'CRYPTO_ENVELOPE_MALFORMED');
    const { scale, bits } = FLEET_SUM_PARAMETERS;
    // The last modulus is the keys' own.
    const isOfForm = one.scale() === scale && one.size() === 2 && one.coeffModulusSize() === bits.length - 1;
    if (isOfForm && !one.isTransparent()) return one;
    one.delete();
    const what = isOfForm ? 'it needs no key' : 'it is of another scale or form';
    throw new CryptoError('CRYPTO_ENVELOPE_MALFORMED', `Cannot read ciphertext: ${what}`);
  }

  /** Untrusted: the runtime checks that the bytes are of this scheme and these parameters. */
  #load(into: Stored, bytes: Uint8Array, code: 'CRYPTO_KEY_INVALID' | 'CRYPTO_ENVELOPE_MALFORMED'): Stored {
    try {
      // A Buffer is none of the arrays that the runtime takes.
      into.loadFromArray(this.#context, Uint8Array.from(bytes));
      return into;
    } catch {
      into.delete();
      const what = code === 'CRYPTO_KEY_INVALID' ? 'key' : 'ciphertext';
      throw new CryptoError(code, `Cannot read ${what}: it is none of these parameters`);
    }
  }
}
