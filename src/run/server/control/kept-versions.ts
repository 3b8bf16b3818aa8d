import type { Random } from '#base/core/index.ts';
import type { Custody } from '#trust/keys/index.ts';

/** A secret of custody that has versions: the first is kept under its name, later ones under `<name>-<version>`. */
export interface KeptVersion {
  readonly version: number;
  readonly secret: Uint8Array;
}

/**
 * The newest version of a secret, made if there is none. What a rotation that was cut off left of older ones is destroyed:
 * the newest is kept before they go, so there is one at every moment.
 *
 * @param length bytes of a new one
 */
export async function newestKept(custody: Custody, name: string, length: number, random: Random): Promise<KeptVersion> {
  const versions = await versionsOf(custody, name);
  const version = versions.at(-1) ?? 1;
  const known = await custody.fetch(nameOf(name, version));
  const secret = known ?? random.bytes(length);
  if (known === null) await custody.keep(nameOf(name, version), secret);
  for (const older of versions.slice(0, -1)) await custody.destroy(nameOf(name, older));
  return { version, secret };
}

/** Makes the next version, durable before the ones before are destroyed. @returns its number */
export async function rotateKept(custody: Custody, name: string, length: number, random: Random): Promise<number> {
  const versions = await versionsOf(custody, name);
  const version = (versions.at(-1) ?? 0) + 1;
  await custody.keep(nameOf(name, version), random.bytes(length));
  for (const older of versions) await custody.destroy(nameOf(name, older));
  return version;
}

/** Versions that there are, ascending. */
export async function versionsOf(custody: Pick<Custody, 'names'>, name: string): Promise<readonly number[]> {
  const form = new RegExp(`^${name}(?:-([1-9]\\d{0,8}))?$`);
  const found = (await custody.names()).flatMap((each) => {
    const match = form.exec(each);
    return match === null ? [] : [Number(match[1] ?? 1)];
  });
  return found.sort((a, b) => a - b);
}

function nameOf(name: string, version: number): string {
  return version === 1 ? name : `${name}-${version}`;
}
