import type { Random } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { makeRowSealer } from '#base/storage/index.ts';
import type { RowSealer } from '#base/storage/index.ts';
import type { Custody } from './custody.ts';
import { fetchVersions } from './epoch-keys.ts';
import type { KeyLog } from './key-log.ts';

/**
 * The sealer of a domain of catalogue rows; its key is made in custody at first use.
 *
 * @param domain `[a-z]+`, such as `catalogue` or `people`: rows that may one day be shredded apart
 */
export async function openRowSealer(custody: Custody, domain: string, log: KeyLog, random: Random): Promise<RowSealer> {
  const keys = new Map<number, AeadKey>();
  for (const { version, secret } of await fetchVersions(custody, `rows-${domain}`)) {
    keys.set(version, AeadKey.fromBytes(secret));
  }
  if (keys.size === 0) {
    const name = `rows-${domain}-1`;
    await log.created('weir:control', 'keys:rows', [name]);
    const secret = random.bytes(32);
    await custody.keep(name, secret);
    keys.set(1, AeadKey.fromBytes(secret));
  }
  return makeRowSealer(keys, Math.max(...keys.keys()), random);
}
