import { requirePlace } from '#trust/keys/index.ts';
import type { MoveTarget } from '#trust/keys/index.ts';
import { CliError } from './errors.ts';
import { readTextFile } from './read-text-file.ts';

/**
 * Where a root key is to be: the word `passphrase`, or a JSON file such as
 * `{"kind": "pkcs11", "module": "/usr/lib/softhsm/libsofthsm2.so", "token": "weir"}` or
 * `{"kind": "transit", "url": "https://vault.example:8200", "mount": "transit"}`. No secret stands in it.
 *
 * @throws {CliError} CLI_FILE_UNREADABLE, CLI_USAGE @throws {KeysError} KEYS_ROOT_MALFORMED naming what is wrong
 */
export async function readTarget(word: string): Promise<MoveTarget> {
  if (word === 'passphrase') return { kind: 'passphrase' };
  const text = await readTextFile(word);
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    throw notATarget(word, 'it is not JSON', cause);
  }
  const { kind, ...place } = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  if (kind !== 'pkcs11' && kind !== 'transit') throw notATarget(word, 'its kind is neither pkcs11 nor transit');
  // The key gets a name of its own when it is made.
  const { key: _key, ...target } = requirePlace(kind, { ...place, key: 'to-be-made' });
  return target;
}

function notATarget(word: string, state: string, cause?: unknown): CliError {
  return new CliError('CLI_USAGE', `Cannot use ${word} as custody: ${state}`, {
    cause,
    hint: 'Name a file as docs/tasks/keep-keys-in-an-hsm.md shows it, or the word passphrase',
  });
}
