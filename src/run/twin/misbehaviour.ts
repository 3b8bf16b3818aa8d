import type { Field, Stream } from '#declare/template/index.ts';

/** What a simulated device does wrong for a while. */
export const MISBEHAVIOURS = ['surge', 'silent', 'stuck', 'drift'] as const;
export type MisbehaviourKind = (typeof MISBEHAVIOURS)[number];

/** A time at which a device misbehaves, again and again. Seconds since its first start. */
export interface Misbehaviour {
  readonly kind: MisbehaviourKind;
  readonly from: number;
  readonly seconds: number;
  readonly every: number;
}

/**
 * When each comes first and for how long, in seconds: once so much is known that its alert can be told. A wild value or a silence
 * shows after a minute; that a sensor is stuck, or wanders off, has to be farther from usual the less is known.
 */
const TIMES: Readonly<Record<MisbehaviourKind, Pick<Misbehaviour, 'from' | 'seconds'>>> = {
  surge: { from: 120, seconds: 3 },
  silent: { from: 180, seconds: 45 },
  stuck: { from: 300, seconds: 120 },
  drift: { from: 600, seconds: 120 },
};
const EVERY = 900;
/** Share of a field's range that a surge leaves between itself and the bound, and that a drift covers at most. */
const SURGE_SHORT_OF = 0.05;
const DRIFT_SHARE = 0.5;
/** Share of the step that is allowed, so that the gateway's clock does not see too great a one. */
const STEP_SHARE = 0.4;

/** When a device of a fleet misbehaves and how: four of the devices do, far apart in the fleet, one after the other. */
export function misbehaviourOf(index: number, devices: number): Misbehaviour | null {
  const apart = Math.max(1, Math.floor(devices / MISBEHAVIOURS.length));
  const place = index / apart;
  const kind = Number.isInteger(place) ? MISBEHAVIOURS[place] : undefined;
  if (kind === undefined) return null;
  return { kind, ...TIMES[kind], every: EVERY };
}

/** What is being done wrong at a time, and for how long it has been and will be; null where nothing is. */
export function misbehaviourAt(
  misbehaviour: Misbehaviour | null,
  seconds: number,
): { readonly kind: MisbehaviourKind; readonly since: number; readonly left: number } | null {
  if (misbehaviour === null || seconds < misbehaviour.from) return null;
  const since = (seconds - misbehaviour.from) % misbehaviour.every;
  const left = misbehaviour.seconds - since;
  return left > 0 ? { kind: misbehaviour.kind, since, left } : null;
}

/**
 * The fields of a reading as they are while a device misbehaves: within their ranges and steps, so that no check on
 * entry sees it.
 *
 * @param last the reading before; a sensor that is stuck repeats it
 * @returns null for a device that is silent
 */
export function misbehave(
  stream: Stream,
  at: NonNullable<ReturnType<typeof misbehaviourAt>>,
  fields: Readonly<Record<string, unknown>>,
  last: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | null {
  if (at.kind === 'silent') return null;
  const field = fieldFor(stream, at.kind);
  const value = field === undefined ? undefined : fields[field.name];
  if (field === undefined || typeof value !== 'number') return fields;
  const [low, high] = field.range as readonly [number, number];
  switch (at.kind) {
    case 'stuck':
      return { ...fields, [field.name]: last[field.name] ?? value };
    case 'surge':
      return { ...fields, [field.name]: high - SURGE_SHORT_OF * (high - low) };
    case 'drift': {
      const most = DRIFT_SHARE * (high - low);
      // Up and down again, so that it is back where it was when it is over.
      const climb = Math.min(at.since, at.left) * STEP_SHARE * (field.step?.perSecond ?? most / 20);
      return { ...fields, [field.name]: Math.min(high, value + Math.min(climb, most)) };
    }
  }
}

/** The first number with a range; for what changes at once one without a step, for what drifts one that has one. */
function fieldFor({ fields }: Stream, kind: MisbehaviourKind): Field | undefined {
  const ranged = fields.filter(({ type, range }) => type === 'number' && range !== null && !range.includes(null));
  const fitting = ranged.find(({ step }) => (kind === 'drift') === (step !== null));
  return fitting ?? (kind === 'surge' ? undefined : ranged[0]);
}
