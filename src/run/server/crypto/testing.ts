import { systemClock as clock } from '#base/core/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { noteSigner, SigningKey, systemRandom } from '#base/crypto/index.ts';
import type { Identity } from '#trust/identity/index.ts';
import type { CryptoInventory } from './crypto-inventory.ts';
import { readCrypto } from './read-crypto.ts';

/** For tests only: the inventory of a real identity, over a template, with keys of signed notes made for it. */
export async function readTestCrypto(
  t: Cleanable,
  template = 'devices: { reefer: { lifetime: 12y }, valve: {} }',
): Promise<{ inventory: CryptoInventory; identity: Identity; read: () => Promise<CryptoInventory> }> {
  const { identity } = await openTrust(t);
  await identity.inventory.enrol({ name: 'truck-1', type: 'reefer' }, 'person:operator');
  await identity.issueOperator('person:operator');
  const declared = makeTemplate(template);
  const notes = (['ed25519', 'ml-dsa-65'] as const).map(
    (algorithm) => noteSigner('weir/trial', SigningKey.generate(algorithm, systemRandom)).verifierKey,
  );
  const row = { name: '', version: 1, state: 'active', created: null, uses: null, limit: null, holds: null } as const;
  const read = (): Promise<CryptoInventory> =>
    readCrypto({
      clock,
      version: '0.1.0',
      identity,
      template: () => declared,
      keys: async () => ({
        custody: 'demo',
        keys: [
          { ...row, kind: 'root', created: '2026-01-01T00:00:00Z' },
          { ...row, kind: 'ticket' },
          { ...row, kind: 'epoch', state: 'destroyed' },
          { ...row, kind: 'domain', name: 'climate:health', state: 'retired' },
        ],
      }),
      noteKeys: async () => ({ log: notes, evidence: notes.slice(0, 1), consent: [] }),
      began: async () => '2026-01-01T00:00:00Z',
      agreements: async () => ({
        'TLSv1.3 TLS_AES_256_GCM_SHA384 X25519MLKEM768': 2,
        'TLSv1.3 TLS_AES_128_GCM_SHA256 x25519': 1,
        'TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 secp256r1': 0,
      }),
    });
  return { inventory: await read(), identity, read };
}
