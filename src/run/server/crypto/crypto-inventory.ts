import type { AlgorithmId } from '#base/crypto/index.ts';

/** An algorithm in use, with what is known of it. */
export interface InventoryAlgorithm {
  readonly id: AlgorithmId;
  readonly name: string;
  readonly standard: string;
  readonly uses: string;
  readonly classicalBits: number;
  readonly quantumBits: number;
  /** Category of NIST's post-quantum criteria, 0 for none. */
  readonly quantumLevel: number;
  readonly quantumSafe: boolean;
  readonly protects: boolean;
  readonly deprecatedAfter: number | null;
  readonly disallowedAfter: number | null;
}

/** A key in use. No part of it is here. */
export interface InventoryKey {
  readonly kind: string;
  readonly name: string;
  readonly version: number;
  readonly state: 'active' | 'retired';
  readonly algorithm: AlgorithmId;
  readonly created: string | null;
}

/** A certificate in use. */
export interface InventoryCertificate {
  readonly holder: 'root' | 'issuing' | 'server' | 'device' | 'client';
  /** Empty for clients: people are found by the serial number, by those who may. */
  readonly name: string;
  readonly serial: string;
  /** SHA-256 in hex. */
  readonly fingerprint: string;
  /** Generation of the authority that signed it; 0 for a root that signed itself, or where it is not told. */
  readonly issuer: number;
  readonly created: string;
  readonly expires: string;
  readonly signature: AlgorithmId | null;
  /** Null where the certificate itself is not kept: its holder made the key. */
  readonly key: AlgorithmId | null;
}

/** What connections agreed on, as long as they are open. */
export interface InventorySessions {
  readonly version: string;
  readonly suite: string;
  readonly group: string;
  readonly quantumSafe: boolean;
  readonly open: number;
}

/** What a quantum computer would get at. */
export interface Exposure {
  readonly what: string;
  readonly algorithm: AlgorithmId;
  /**
   * `recorded`: what was sent since then can be recorded today and opened later. `forged`: who breaks the key can sign
   * from then on; what is past stays as it is.
   */
  readonly harm: 'recorded' | 'forged';
  /** First use: what was sent or signed since then is exposed. Null where it was not told. */
  readonly since: string | null;
  readonly count: number;
  readonly deprecatedAfter: number | null;
  readonly disallowedAfter: number | null;
  /** What holds all the same; null for nothing. */
  readonly covered: string | null;
}

/** A device that is to be in use when its cryptography has run out. */
export interface OutlivingDevice {
  readonly name: string;
  readonly type: string;
  readonly enrolled: string;
  /** The year in which its lifetime by the template ends. */
  readonly inUseUntil: number;
  /** How it proves who it is. */
  readonly algorithm: string;
  readonly outlives: 2030 | 2035;
  /** The year in which cryptography or support ends it, by the inventory. */
  readonly endsIn: number;
  readonly canUpdate: boolean;
}

/** Which devices outlive the algorithms of today. */
export interface DeviceOutlook {
  readonly total: number;
  /** Devices of types that declare no lifetime: nobody can tell. */
  readonly withoutLifetime: number;
  readonly outlive2030: number;
  readonly outlive2035: number;
  /** Of those, devices that cannot be updated. */
  readonly stranded: number;
  readonly devices: readonly OutlivingDevice[];
}

/** Every algorithm, key and certificate in use, and how long each can be relied on. */
export interface CryptoInventory {
  readonly time: string;
  readonly version: string;
  readonly deployment: string;
  readonly custody: string;
  readonly tls: {
    readonly versions: readonly string[];
    readonly suites: readonly string[];
    readonly groups: readonly string[];
    readonly sessions: readonly InventorySessions[];
  };
  readonly algorithms: readonly InventoryAlgorithm[];
  readonly keys: readonly InventoryKey[];
  readonly certificates: readonly InventoryCertificate[];
  /** All certificates in use; more than are listed where there are many. */
  readonly certificatesInUse: number;
  readonly exposures: readonly Exposure[];
  readonly devices: DeviceOutlook;
}
