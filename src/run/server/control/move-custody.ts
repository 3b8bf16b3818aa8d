import { systemClock as clock } from '#base/core/index.ts';
import type { Log } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { beginMove } from '#trust/keys/index.ts';
import type { CustodyKind, CustodySecrets, FileCustody, MoveTarget } from '#trust/keys/index.ts';
import { layoutOf, lockDirectory } from '../data-directory.ts';
import { NOTHING_DECLARED } from './nothing-declared.ts';
import { openTrust } from './open-trust.ts';

export interface MoveOptions {
  readonly data: string;
  readonly auditDirectory?: string;
  readonly target: MoveTarget;
  /** What opens the root key where it is. */
  readonly from: CustodySecrets;
  /** What opens, or makes, the new one. */
  readonly to: CustodySecrets;
  readonly log: Log;
  /** Told of the new custody once everything is sealed under it, where it has a recovery kit. */
  readonly onKit: (custody: FileCustody) => Promise<void>;
}

/** Where the root key is now, and how many things were sealed anew. */
export interface MovedRoot {
  readonly kind: CustodyKind;
  readonly moved: number;
}

const ACTOR = 'weir:control';
/**
 * Moves the root key of a platform that does not run to another custody: everything that the old one sealed is sealed
 * under the new one, each step in the log before its effect. What was cut off is gone on with by the same call.
 *
 * @throws {ServerError} SERVER_DIRECTORY_IN_USE @throws {KeysError}
 */
export async function moveRootKey(options: MoveOptions): Promise<MovedRoot> {
  const { target, from, to, log, onKit } = options;
  const layout = layoutOf(options.data, options.auditDirectory);
  await using opened = new AsyncDisposableStack();
  opened.use(await lockDirectory(layout));
  const custody = opened.use(await beginMove(layout.keys, target, from, to, { clock, random }));
  const trust = opened.use(await openTrust({ layout, custody, declared: NOTHING_DECLARED, clock, random, log }));
  const entry = { actor: ACTOR, action: 'move-root-key', resource: 'keys:root', detail: { to: custody.kind } } as const;
  await trust.audit.append({ ...entry, outcome: 'allowed' });
  const moved = await trust.keys.lifecycle.followRoot(ACTOR);
  if (custody.target !== null) await onKit(custody.target);
  await trust.audit.append({ ...entry, outcome: 'done' });
  await custody.finish();
  return { kind: custody.kind, moved };
}
