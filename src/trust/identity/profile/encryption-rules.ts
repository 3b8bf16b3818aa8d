import type { Class } from '#base/core/index.ts';
import type { AlgorithmId } from '#base/crypto/index.ts';

/** What a device sends over. `ip` is any link that carries TLS, where no more is known. */
export const LINKS = ['ip', 'ethernet', 'wifi', 'cellular', 'ble', 'lorawan'] as const;
export type Link = (typeof LINKS)[number];

/** What rules look at: premises, and what follows from them. */
export interface EncryptionFacts {
  readonly class: 'c0' | 'c1' | 'c2' | 'unconstrained';
  readonly power: 'mains' | 'battery' | 'harvested';
  readonly link: Link;
  /** The strictest class of what it sends. */
  readonly data: Class;
  /** The newest version of TLS that it speaks itself. */
  readonly tls: 'none' | '1.2' | '1.3';
  /** When it goes out of use, by the years of NIST IR 8547. */
  readonly ends: 'by-2030' | 'by-2035' | 'later' | 'unknown';
  readonly hybrid: 'can' | 'cannot';
  readonly mlDsa: 'can' | 'cannot';
  readonly update: 'can' | 'cannot';
  readonly storage: 'can' | 'cannot';
}

/** What holds of every part of an advice once it was chosen: whether a quantum computer leaves it its strength. */
export interface ChosenFacts extends EncryptionFacts {
  readonly agreement: 'lasting' | 'broken';
  readonly deviceKey: 'lasting' | 'broken';
}

/** A rule holds where each fact that it names is among those that it lists. */
export type When<F> = { readonly [K in keyof F]?: readonly F[K][] };

/** What is to be chosen, in the order in which it is told. */
export const ENCRYPTION_PARTS = [
  'channel',
  'cipher',
  'traffic keys',
  'key agreement',
  'handshakes',
  'device key',
  'renewal',
] as const;
export type EncryptionPart = (typeof ENCRYPTION_PARTS)[number];

/** Algorithms between a device and its gateway, which this platform itself never runs. @see RFC 9053 section 4.2 */
export const ELSEWHERE = ['AES-CCM-16-64-128', 'AES-CCM-16-128-128'] as const;

/** One choice with its reason. */
export interface EncryptionChoice {
  readonly choice: string;
  /** Of the table in `base/crypto`; null where the platform does not run it, or none is named. */
  readonly algorithm: AlgorithmId | null;
  readonly mode: 'gcm' | 'ccm' | null;
  readonly keyBits: number | null;
  /** After how many days at most it is made anew; null where days do not count. */
  readonly everyDays: number | null;
  readonly why: string;
  readonly source: string;
}

export interface EncryptionRule extends EncryptionChoice {
  readonly id: string;
  readonly when: When<EncryptionFacts>;
}

/** What a choice leaves open. */
export interface EncryptionCaution {
  readonly id: string;
  readonly when: When<ChosenFacts>;
  readonly text: string;
  readonly source: string;
}

const STRICT = ['identifier', 'health', 'secret'] as const satisfies readonly Class[];
const ABOUT_PEOPLE = ['location', 'personal', ...STRICT] as const satisfies readonly Class[];
const NOTHING = { algorithm: null, mode: null, keyBits: null, everyDays: null } as const;
const CRYPTOPERIODS = 'NIST SP 800-57 Part 1 Rev. 5 section 5.3.6';

/** The first rule of a part that holds is the answer; the last of each holds always. */
export const ENCRYPTION_RULES: Readonly<Record<EncryptionPart, readonly EncryptionRule[]>> = {
  channel: [
    {
      id: 'channel-class-0',
      when: { class: ['c0'] },
      ...NOTHING,
      choice: 'objects sealed by the device, to a gateway that speaks TLS 1.3 for it',
      why: 'a device of class 0 has no room to speak TLS or DTLS itself',
      source: 'RFC 7228 section 3; RFC 8613',
    },
    {
      id: 'channel-lorawan',
      when: { link: ['lorawan'] },
      ...NOTHING,
      choice: 'OSCORE to a gateway that speaks TLS 1.3 for it',
      why: 'frames are too small for a handshake with certificates, and the keys of the link end at its network server',
      source: 'RFC 8376 section 2.1; RFC 8613',
    },
    {
      id: 'channel-tls-1.2',
      when: { tls: ['1.2'] },
      ...NOTHING,
      choice: 'TLS 1.2, with authenticated encryption and forward secrecy alone',
      why: 'it cannot speak TLS 1.3',
      source: 'RFC 9325 sections 3.1.1 and 4.2',
    },
    {
      id: 'channel-tls-1.3',
      when: {},
      ...NOTHING,
      choice: 'TLS 1.3',
      why: 'it can, and nothing older is better',
      source: 'RFC 8446; RFC 9325 section 3.1.1',
    },
  ],
  cipher: [
    {
      id: 'cipher-object-strict',
      when: { tls: ['none'], data: ABOUT_PEOPLE },
      ...NOTHING,
      choice: 'AES-CCM-16-128-128',
      mode: 'ccm',
      keyBits: 128,
      why: 'data about people get the whole tag of 128 bits',
      source: 'RFC 9053 section 4.2; RFC 8613 section 3.2',
    },
    {
      id: 'cipher-object',
      when: { tls: ['none'] },
      ...NOTHING,
      choice: 'AES-CCM-16-64-128',
      mode: 'ccm',
      keyBits: 128,
      why: 'a tag of 64 bits saves time on air, and one forgery in 2^64 gets through',
      source: 'RFC 9053 section 4.2; RFC 8613 section 3.2',
    },
    {
      id: 'cipher-strict',
      when: { data: STRICT },
      ...NOTHING,
      choice: 'AES-256-GCM',
      algorithm: 'aes-256-gcm',
      mode: 'gcm',
      keyBits: 256,
      why: 'what is most sensitive has to outlast a key search by a quantum computer with a margin',
      source: 'NIST IR 8547 section 4.1; NIST SP 800-57 Part 1 Rev. 5 section 5.6.1',
    },
    {
      id: 'cipher-long',
      when: { ends: ['later'] },
      ...NOTHING,
      choice: 'AES-256-GCM',
      algorithm: 'aes-256-gcm',
      mode: 'gcm',
      keyBits: 256,
      why: 'it is in use after 2035, and a cipher in the field is hard to change',
      source: 'NIST IR 8547 section 4.1; NIST SP 800-57 Part 1 Rev. 5 section 5.6.1',
    },
    ...(['class', 'power'] as const).map((fact) => ({
      id: `cipher-small-${fact}`,
      when: fact === 'class' ? ({ class: ['c1', 'c2'] } as const) : ({ power: ['battery', 'harvested'] } as const),
      ...NOTHING,
      choice: 'AES-128-GCM',
      algorithm: 'aes-128-gcm' as const,
      mode: 'gcm' as const,
      keyBits: 128,
      why: 'the engines of small radios take keys of 128 bits, which are acceptable after 2030 too',
      source: 'NIST SP 800-57 Part 1 Rev. 5 section 5.6.3; RFC 8446 section 9.1; RFC 9325 section 4.2',
    })),
    {
      id: 'cipher-default',
      when: {},
      ...NOTHING,
      choice: 'AES-256-GCM',
      algorithm: 'aes-256-gcm',
      mode: 'gcm',
      keyBits: 256,
      why: 'it has the power for it, and listeners prefer it',
      source: 'RFC 9325 section 4.2; NIST SP 800-38D',
    },
  ],
  'traffic keys': [
    {
      id: 'traffic-object',
      when: { tls: ['none'] },
      ...NOTHING,
      choice: 'a new context before 2^23 messages, and before its sequence numbers end',
      why: 'CCM protects no more messages than that under one key',
      source: 'RFC 9147 section 4.5.3; RFC 8613 section 7.2.1',
    },
    {
      id: 'traffic-tls-1.2',
      when: { tls: ['1.2'] },
      ...NOTHING,
      choice: 'a new connection before 2^24.5 records',
      why: 'GCM keeps its margin that long, and renegotiation is not to be used',
      source: 'RFC 9325 sections 3.5 and 4.4',
    },
    {
      id: 'traffic-tls-1.3',
      when: {},
      ...NOTHING,
      choice: 'a KeyUpdate before 2^24.5 records',
      why: 'GCM keeps its margin that long',
      source: 'RFC 8446 section 5.5',
    },
  ],
  'key agreement': [
    {
      id: 'agreement-class-0',
      when: { class: ['c0'] },
      ...NOTHING,
      choice: 'a secret of 128 bits, given at manufacture',
      keyBits: 128,
      why: 'it has no room for asymmetric cryptography',
      source: 'RFC 7228 section 3; RFC 7925 section 4.2',
    },
    {
      id: 'agreement-lorawan',
      when: { link: ['lorawan'] },
      ...NOTHING,
      choice: 'EDHOC on P-256, suite 2, or 3 where tags have 128 bits',
      algorithm: 'ecdh-p256',
      keyBits: 256,
      why: 'its three messages fit where a handshake of TLS does not',
      source: 'RFC 9528 section 3.6',
    },
    {
      id: 'agreement-hybrid',
      when: { tls: ['1.3'], hybrid: ['can'], class: ['c2', 'unconstrained'] },
      ...NOTHING,
      choice: 'X25519MLKEM768',
      algorithm: 'x25519mlkem768',
      why: 'what is recorded today stays shut to a quantum computer, and it has room for keys of a kilobyte',
      source: 'FIPS 203; NIST IR 8547 section 4.1',
    },
    {
      id: 'agreement-tls-1.2',
      when: { tls: ['1.2'] },
      ...NOTHING,
      choice: 'ephemeral Diffie-Hellman on P-256',
      algorithm: 'ecdh-p256',
      keyBits: 256,
      why: 'every client of TLS 1.2 with forward secrecy has it',
      source: 'RFC 7925 section 4.4; RFC 9325 section 4.2',
    },
    {
      id: 'agreement-default',
      when: {},
      ...NOTHING,
      choice: 'X25519',
      algorithm: 'x25519',
      keyBits: 256,
      why: 'it has no room for a hybrid one, or cannot do it',
      source: 'RFC 8446 section 9.1; RFC 7748',
    },
  ],
  handshakes: [
    {
      id: 'handshakes-none',
      when: { tls: ['none'] },
      ...NOTHING,
      choice: 'none but that of the gateway',
      why: 'the gateway holds the connection',
      source: 'RFC 8613 section 3',
    },
    {
      id: 'handshakes-resumed',
      when: { power: ['battery', 'harvested'] },
      ...NOTHING,
      choice: 'resumed, with a fresh key agreement each time',
      everyDays: 1,
      why: 'no signature is made and no certificate sent; a ticket counts a day at most here',
      source: 'RFC 8446 sections 2.2 and 4.6.1; RFC 9325 section 3.4',
    },
    {
      id: 'handshakes-whole',
      when: {},
      ...NOTHING,
      choice: 'whole, at each connection',
      everyDays: 1,
      why: 'it has the power, and who is at the other end is proved anew',
      source: 'RFC 8446 section 2; RFC 9325 section 7.3',
    },
  ],
  'device key': [
    {
      id: 'device-key-class-0',
      when: { class: ['c0'] },
      ...NOTHING,
      choice: 'a secret of 128 bits, its own, known to its gateway alone',
      keyBits: 128,
      why: 'it has no room for asymmetric cryptography',
      source: 'RFC 7925 section 4.2',
    },
    {
      id: 'device-key-lasting',
      when: { tls: ['1.3'], ends: ['later'], mlDsa: ['can'], class: ['unconstrained'] },
      ...NOTHING,
      choice: 'ML-DSA-65, made by the device',
      algorithm: 'ml-dsa-65',
      why: 'it is in use after 2035, when no other signature is allowed',
      source: 'FIPS 204; NIST IR 8547 section 4.1',
    },
    {
      id: 'device-key-default',
      when: {},
      ...NOTHING,
      choice: 'ECDSA P-256',
      algorithm: 'ecdsa-p256',
      keyBits: 256,
      why: 'small devices and their secure elements have it; it is allowed until 2035',
      source: 'RFC 7925 section 4.4; FIPS 186-5; NIST IR 8547 section 4.1',
    },
  ],
  renewal: [
    {
      id: 'renewal-strict',
      when: { data: STRICT },
      ...NOTHING,
      choice: 'a new device key each year',
      everyDays: 365,
      why: 'a stolen key is worth most here: the short end of one to three years',
      source: CRYPTOPERIODS,
    },
    {
      id: 'renewal-secret',
      when: { class: ['c0'] },
      ...NOTHING,
      choice: 'a new secret every two years',
      everyDays: 730,
      why: 'a symmetric key seals for two years at most',
      source: CRYPTOPERIODS,
    },
    {
      id: 'renewal-harvested',
      when: { power: ['harvested'] },
      ...NOTHING,
      choice: 'a new device key every three years',
      everyDays: 1_095,
      why: 'each renewal costs power it has to gather: the long end of one to three years',
      source: CRYPTOPERIODS,
    },
    {
      id: 'renewal-battery',
      when: { power: ['battery'] },
      ...NOTHING,
      choice: 'a new device key every two years',
      everyDays: 730,
      why: 'each renewal costs battery: the middle of one to three years',
      source: CRYPTOPERIODS,
    },
    {
      id: 'renewal-default',
      when: {},
      ...NOTHING,
      choice: 'a new device key each year',
      everyDays: 365,
      why: 'renewal costs it nothing: the short end of one to three years',
      source: CRYPTOPERIODS,
    },
  ],
};

/** All that hold are told. */
export const ENCRYPTION_CAUTIONS: readonly EncryptionCaution[] = [
  {
    id: 'stranded',
    when: { ends: ['later'], deviceKey: ['broken'], update: ['cannot'] },
    text: 'its key may not be relied on after 2035, it is in use longer, and it cannot be updated: plan to replace it',
    source: 'NIST IR 8547 section 4.1',
  },
  {
    id: 'outlives-its-key',
    when: { ends: ['later'], deviceKey: ['broken'], update: ['can'] },
    text: 'its key may not be relied on after 2035, and it is in use longer: it needs an update by then',
    source: 'NIST IR 8547 section 4.1',
  },
  {
    id: 'recorded-now',
    when: { agreement: ['broken'], data: ABOUT_PEOPLE },
    text: 'what is recorded today can be opened by a quantum computer later',
    source: 'NIST IR 8547 section 4.1',
  },
  {
    id: 'no-lifetime',
    when: { ends: ['unknown'] },
    text: 'no lifetime is known: nothing is said about years after 2030',
    source: 'NIST IR 8547 section 4.1',
  },
  {
    id: 'needs-gateway',
    when: { tls: ['none'] },
    text: 'it needs a gateway: name its type under speaks-for of the gateway’s type',
    source: 'RFC 7228 section 3; RFC 8613',
  },
  {
    id: 'slow-link',
    when: { link: ['cellular', 'ble'], tls: ['1.3'] },
    text: 'certificates are most of a handshake on this link: compress them where both ends can, and keep the chain short',
    source: 'RFC 8879',
  },
  {
    id: 'open-storage',
    when: { storage: ['cannot'] },
    text: 'who holds it can read its key: give each its own, and revoke it when it is lost',
    source: 'ETSI EN 303 645 provision 5.4-1',
  },
  {
    id: 'never-stored',
    when: { data: ['secret'] },
    text: 'what is of class secret is never stored: it had better not be sent',
    source: 'docs/reference/template.md',
  },
];
