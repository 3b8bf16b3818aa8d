import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { layoutOf } from '#run/server/index.ts';
import type { DataDirectory, PlatformAddress } from '#run/server/index.ts';
import { CliError } from './errors.ts';

export const DEFAULT_DATA = 'weir-data';
export const DEMO_DATA = 'weir-demo';

/**
 * The data directory that a command means: the one it names, else `./weir-data`, else a demo's `./weir-demo`.
 */
export function chooseDataDirectory(named: string | undefined): string {
  if (named !== undefined) return named;
  return existsSync(DEFAULT_DATA) || !existsSync(DEMO_DATA) ? DEFAULT_DATA : DEMO_DATA;
}

export interface FoundPlatform {
  readonly layout: DataDirectory;
  readonly address: PlatformAddress;
}

/**
 * The platform that runs on a data directory, by the address file that it keeps while it runs.
 *
 * @throws {CliError} CLI_NO_PLATFORM if none runs there
 */
export async function findPlatform(named: string | undefined): Promise<FoundPlatform> {
  const candidates = named === undefined ? [DEFAULT_DATA, DEMO_DATA] : [named];
  for (const candidate of candidates) {
    const layout = layoutOf(candidate);
    const text = await readFile(layout.address, 'utf8').catch(() => null);
    if (text !== null) return { layout, address: JSON.parse(text) as PlatformAddress };
  }
  throw new CliError('CLI_NO_PLATFORM', `Cannot find a running platform: nothing runs on ${candidates.join(' or ')}`, {
    hint: 'Start one with `npm start` (demo) or `npm run -s weir -- up`, or name its directory with --data',
  });
}

/** The operator's key and certificate and the platform's authority, as PEM. */
export async function readOperator(
  layout: DataDirectory,
): Promise<{ key: string; certificate: string; authority: string }> {
  try {
    const [key, certificate, authority] = await Promise.all(
      [
        join(layout.operator, 'operator.key'),
        join(layout.operator, 'operator.crt'),
        join(layout.identity, 'ca.crt'),
      ].map((path) => readFile(path, 'utf8')),
    );
    return { key: key ?? '', certificate: certificate ?? '', authority: authority ?? '' };
  } catch (cause) {
    throw new CliError('CLI_NO_CREDENTIAL', `Cannot act as operator: ${layout.operator} holds no readable credential`, {
      hint: 'Run this as the user who started the platform, or name a token with --token-file',
      cause,
    });
  }
}
