import { hasCode, micros, PROBE_STREAM } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import type { LetGoTrial } from '#assure/controls/index.ts';
import type { Retirement, Segment } from '#flow/store/index.ts';
import type { RetentionKeeper } from '../control/retention-keeper.ts';

export interface LetGoParts {
  readonly segments: { active(): Promise<readonly Segment[]>; retire(retirement: Retirement): Promise<number> };
  readonly retention: Pick<RetentionKeeper, 'plan' | 'hold' | 'release'>;
  readonly clock: Clock;
  readonly actor: string;
  /** Whether the reading that was published for this can be asked for; waits a moment until that is as wanted. */
  readonly isSeen: (wanted: boolean) => Promise<boolean>;
}

/** What is past its time this long is late; it is looked for every few seconds. */
const LATE_US = 600_000_000;
/** Segments are merged meanwhile now and then. */
const TRIES = 3;

/** Lets the newest segment of `_probe` go, first while it is held, and says what of the plan is overdue. */
export async function letGo({
  segments,
  retention,
  clock,
  actor,
  isSeen,
}: LetGoParts): Promise<Omit<LetGoTrial, 'archives'>> {
  const now = clock.now();
  const overdue = (await retention.plan()).flatMap(({ stream, next }) =>
    next.filter(({ begins, held }) => !held && begins < now - LATE_US).map(({ segment }) => `${stream} ${segment}`),
  );
  const seen = await isSeen(true);
  const hold = await retention.hold(actor, {
    stream: PROBE_STREAM,
    from: null,
    to: null,
    reason: 'a control tries whether it holds',
    owner: actor,
  });
  let refused = false;
  try {
    await retireNewest(segments);
  } catch (error) {
    if (!hasCode(error, 'STORE_SEGMENT_HELD')) throw error;
    refused = true;
  } finally {
    await retention.release(actor, hold.id);
  }
  const stayed = await isSeen(true);
  await retireNewest(segments);
  return { overdue, seen, heldStays: refused && stayed, gone: !(await isSeen(false)) };
}

async function retireNewest(segments: LetGoParts['segments']): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const own = (await segments.active()).filter(({ stream }) => stream === PROBE_STREAM);
    const newest = own.reduce<Segment | null>((a, b) => (a === null || b.created > a.created ? b : a), null);
    if (newest === null) return;
    const expired = { stream: PROBE_STREAM, rows: newest.rows, keptFrom: micros(newest.created + 1) };
    await segments.retire({ ids: [newest.id], expired });
    if (!(await segments.active()).some(({ id, inputs }) => id === newest.id || inputs.includes(newest.id))) return;
    if (tries === TRIES) throw new Error(`segment ${newest.id} was merged again and again`);
  }
}
