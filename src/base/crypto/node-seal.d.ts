/** What is used of the package, whose own declarations leave arrays untyped. */
declare module 'node-seal' {
  interface Handle {
    delete(): void;
  }
  interface Stored extends Handle {
    saveToArray(compression: object): Uint8Array;
    loadFromArray(context: Handle, bytes: Uint8Array): void;
  }
  interface Encrypted extends Stored {
    scale(): number;
    size(): number;
    coeffModulusSize(): number;
    isTransparent(): boolean;
  }
  interface Parameters extends Handle {
    setPolyModulusDegree(degree: number): void;
    setCoeffModulus(modulus: Handle): void;
  }
  interface Runtime {
    readonly SchemeType: { readonly ckks: object };
    readonly SecLevelType: { readonly tc128: object };
    readonly ComprModeType: { readonly none: object };
    readonly CoeffModulus: { Create(degree: number, bits: Int32Array): Handle };
    readonly EncryptionParameters: new (scheme: object) => Parameters;
    readonly SEALContext: new (
      parameters: Parameters,
      expand: boolean,
      level: object,
    ) => Handle & { parametersSet(): boolean };
    readonly KeyGenerator: new (context: Handle) => Handle & { secretKey(): Stored; createPublicKey(): Stored };
    readonly PublicKey: new () => Stored;
    readonly SecretKey: new () => Stored;
    readonly Plaintext: new () => Handle;
    readonly Ciphertext: new () => Encrypted;
    readonly CKKSEncoder: new (context: Handle) => Handle & {
      encode(values: Float64Array, scale: number, into: Handle): void;
      decodeFloat64(from: Handle): Float64Array;
    };
    readonly Encryptor: new (context: Handle, key: Stored) => Handle & { encrypt(plain: Handle, into: Stored): void };
    readonly Decryptor: new (context: Handle, key: Stored) => Handle & { decrypt(from: Stored, into: Handle): void };
    readonly Evaluator: new (context: Handle) => Handle & {
      addInplace(sum: Stored, other: Stored): void;
      negate(from: Stored, into: Stored): void;
    };
  }
  export default function make(): Promise<Runtime>;
}
