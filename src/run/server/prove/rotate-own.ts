import { PROBE_STREAM } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import type { RotateTrial } from '#assure/controls/index.ts';
import type { KeyVersion, Rotation } from '#trust/keys/index.ts';

export interface RotateParts {
  readonly lifecycle: {
    list(): Promise<readonly KeyVersion[]>;
    rotate(actor: string, kind: 'domain', name: string): Promise<Rotation>;
  };
  readonly clock: Pick<Clock, 'now'>;
  readonly actor: string;
  /** Publishes a reading and has it sealed; tells later whether it can be asked for. */
  readonly keep: () => Promise<() => Promise<boolean>>;
  /** Whether the log has an entry of this action about a key since the trial began. */
  readonly logged: (action: string) => Promise<boolean>;
}

/** The key of the prober's own fields, which are of no stricter class. */
const NAME = `${PROBE_STREAM}:operational`;
/** Versions are kept for ever, so a run an hour must not make one each. */
const AGAIN_AFTER_US = 86_400_000_000;

/**
 * Rotates the key under which readings of `_probe` are sealed, unless that was done within a day: then it looks at what
 * that rotation left. A reading from before and one from after have to be readable, and older versions must seal neither.
 */
export async function rotateOwn({ lifecycle, clock, actor, keep, logged }: RotateParts): Promise<RotateTrial> {
  const versions = async (): Promise<readonly KeyVersion[]> =>
    (await lifecycle.list()).filter(
      ({ kind, name, state }) => kind === 'domain' && name === NAME && state !== 'destroyed',
    );
  const before = await keep();
  const known = activeOf(await versions());
  const due = known.version === 1 || Date.parse(known.created ?? '') * 1_000 < clock.now() - AGAIN_AFTER_US;
  const rotation = due ? await lifecycle.rotate(actor, 'domain', NAME) : null;
  const after = await keep();
  const left = await versions();
  const active = activeOf(left);
  return {
    rotated: rotation !== null,
    newer: rotation === null ? null : active.version === rotation.version && rotation.version > known.version,
    rewrapped: rotation?.rewrapped ?? null,
    milliseconds: rotation?.milliseconds ?? null,
    oldReads: await before(),
    newReads: await after(),
    newSeals: (active.holds ?? 0) > 0,
    oldHolds: left.reduce((sum, { version, holds }) => (version === active.version ? sum : sum + (holds ?? 0)), 0),
    logged: rotation === null ? null : (await logged('retire-keys')) && (await logged('rewrap-keys')),
  };
}

function activeOf(versions: readonly KeyVersion[]): KeyVersion {
  const active = versions.filter(({ state }) => state === 'active');
  if (active.length !== 1 || active[0] === undefined) throw new Error(`${active.length} versions of ${NAME} seal`);
  return active[0];
}
