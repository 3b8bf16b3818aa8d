import { REASON } from '../reasons.ts';

/** A record with its base values worked in. */
export interface SenmlRecord {
  /** Base name of the record's place in the pack. */
  readonly base: string;
  /** Name behind the base name. */
  readonly name: string;
  readonly unit: string | null;
  /** Seconds as the pack gives them: absolute, or from now where below 2^28; 0 for now. */
  readonly time: number;
  readonly value: number | string | boolean | null;
  readonly sum: number | null;
}

export type SenmlOutcome =
  | { readonly records: readonly SenmlRecord[] }
  | { readonly reason: number; readonly place: string };

/** Highest version of SenML that this reader knows. */
const VERSION = 10;
const NAME = /^[A-Za-z0-9][A-Za-z0-9:./_-]*$/;

/** Labels of the CBOR form by their numbers. RFC 8428 table 4. */
const LABELS = new Map<unknown, string>([
  [-1, 'bver'],
  [-2, 'bn'],
  [-3, 'bt'],
  [-4, 'bu'],
  [-5, 'bv'],
  [-6, 'bs'],
  [0, 'n'],
  [1, 'u'],
  [2, 'v'],
  [3, 'vs'],
  [4, 'vb'],
  [5, 's'],
  [6, 't'],
  [7, 'ut'],
  [8, 'vd'],
]);

const TYPES: ReadonlyMap<string, 'number' | 'string' | 'boolean' | 'data'> = new Map([
  ['bver', 'number'],
  ['bn', 'string'],
  ['bt', 'number'],
  ['bu', 'string'],
  ['bv', 'number'],
  ['bs', 'number'],
  ['n', 'string'],
  ['u', 'string'],
  ['v', 'number'],
  ['vs', 'string'],
  ['vb', 'boolean'],
  ['vd', 'data'],
  ['s', 'number'],
  ['t', 'number'],
  ['ut', 'number'],
]);

type Members = ReadonlyMap<string, number | string | boolean>;
type Base = {
  name: string;
  time: number;
  unit: string | null;
  value: number | null;
  sum: number | null;
  version: number;
};
class Fault extends Error {
  readonly reason: number;

  constructor(reason: number) {
    super();
    this.reason = reason;
  }
}

/**
 * Works the base values of a pack into its records.
 *
 * @param pack a decoded JSON or CBOR pack: hostile, bounded when it was decoded
 * @see RFC 8428 sections 4.1 to 4.6
 */
export function resolveSenml(pack: unknown): SenmlOutcome {
  if (!Array.isArray(pack) || pack.length === 0) return { reason: REASON.schemaShape.number, place: '' };
  const base: Base = { name: '', time: 0, unit: null, value: null, sum: null, version: 0 };
  const records: SenmlRecord[] = [];
  for (const [i, item] of pack.entries()) {
    try {
      const record = resolveRecord(membersOf(item), base);
      if (record !== null) records.push(record);
    } catch (error) {
      if (error instanceof Fault) return { reason: error.reason, place: `record ${i}` };
      throw error;
    }
  }
  return { records };
}

/** The members that this version defines, by their JSON labels and with values of the right types. */
function membersOf(item: unknown): Members {
  if (!(item instanceof Map)) throw new Fault(REASON.schemaShape.number);
  const members = new Map<string, number | string | boolean>();
  for (const [key, value] of item as ReadonlyMap<unknown, unknown>) {
    const label = LABELS.get(key) ?? key;
    if (typeof label !== 'string') continue;
    const type = TYPES.get(label);
    // Section 4.4: an unknown label that ends so must be understood; any other is passed over.
    if (type === undefined && label.endsWith('_')) throw new Fault(REASON.decode.number);
    if (type === undefined) continue;
    if (members.has(label)) throw new Fault(REASON.duplicateKey.number);
    members.set(label, valueOf(value, type));
  }
  return members;
}

function valueOf(value: unknown, type: 'number' | 'string' | 'boolean' | 'data'): number | string | boolean {
  if (type === 'data' && value instanceof Uint8Array) return Buffer.from(value).toString('base64url');
  if (typeof value === (type === 'data' ? 'string' : type)) return value as number | string | boolean;
  throw new Fault(REASON.decode.number);
}

function resolveRecord(members: Members, base: Base): SenmlRecord | null {
  const number = (label: string): number | null => (members.get(label) as number | undefined) ?? null;
  const text = (label: string): string | null => (members.get(label) as string | undefined) ?? null;
  base.name = text('bn') ?? base.name;
  base.time = number('bt') ?? base.time;
  base.unit = text('bu') ?? base.unit;
  base.value = number('bv') ?? base.value;
  base.sum = number('bs') ?? base.sum;
  base.version = number('bver') ?? base.version;
  if (base.version > VERSION) throw new Fault(REASON.decode.number);

  const values = ['v', 'vs', 'vb', 'vd'].filter((label) => members.has(label));
  if (values.length > 1) throw new Fault(REASON.decode.number);
  const given = values[0] === undefined ? null : members.get(values[0])!;
  const sum = number('s');
  // A record of base values alone says nothing by itself; with a base value or sum it does.
  if (given === null && sum === null && base.value === null && base.sum === null) {
    if (members.has('n')) throw new Fault(REASON.decode.number);
    return null;
  }
  const name = text('n') ?? '';
  if (!NAME.test(base.name + name)) throw new Fault(REASON.decode.number);
  return {
    base: base.name,
    name,
    unit: text('u') ?? base.unit,
    time: base.time + (number('t') ?? 0),
    value: typeof given === 'number' || given === null ? added(base.value, given) : given,
    sum: added(base.sum, sum),
  };
}

function added(base: number | null, value: number | null): number | null {
  if (base === null && value === null) return null;
  const total = (base ?? 0) + (value ?? 0);
  if (!Number.isFinite(total)) throw new Fault(REASON.numberOverflow.number);
  return total;
}
