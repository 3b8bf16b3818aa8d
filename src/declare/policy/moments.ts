import { formatMicros, micros } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { ALL_CONTEXT } from './file-policies.ts';
import type { PolicyVersion } from './policy-version.ts';
import type { AccessContext } from './types.ts';

/** What a request may tell of the moment in which it is made. */
export interface Moment {
  /** For people; null where nothing is told. */
  readonly label: string | null;
  readonly context: Pick<AccessContext, 'time' | 'address'>;
}

/** A request that tells nothing of its moment. */
export const UNTOLD: Moment = { label: null, context: {} };

/** More than these are not looked at: the matrix of a large template has thousands of decisions for each. */
const MOST = 64;
const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;
/** A day like any other, for policies that name none. */
const SOME_DAY_MS = 20_000 * DAY_MS;
/** Documentation addresses (RFC 5737, RFC 3849) and this machine's: those that no policy names. */
const ELSEWHERE = ['203.0.113.77', '2001:db8::77', '127.0.0.1'];
const UNITS: Readonly<Record<string, number>> = { d: DAY_MS, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/**
 * Moments between which the policies of some versions of a template can tell: on both sides of every time that one of
 * them names, from every network that one names and from elsewhere, and untold. What a policy decides by the time of day
 * or the address would hide otherwise what others newly allow.
 *
 * @returns at most 64, the untold first; that one alone where no policy asks for either
 */
export function momentsOf(versions: readonly Pick<PolicyVersion, 'policies'>[]): readonly Moment[] {
  const policies = versions.flatMap((version) => version.policies);
  const asking = (what: string): string[] =>
    policies.filter(({ reads }) => reads.includes(what) || reads.includes(ALL_CONTEXT)).map(({ text }) => text ?? '');
  const times = [undefined, ...timesOf(asking('time'))];
  const addresses = [undefined, ...addressesOf(asking('address'))];
  const all = times.flatMap((time) => addresses.map((address) => momentOf(time, address)));
  return all.slice(0, MOST);
}

function momentOf(time: Micros | undefined, address: string | undefined): Moment {
  const told = [
    ...(time === undefined ? [] : [formatMicros(time)]),
    ...(address === undefined ? [] : [`from ${address}`]),
  ];
  if (told.length === 0) return UNTOLD;
  const context = { ...(time === undefined ? {} : { time }), ...(address === undefined ? {} : { address }) };
  return { label: told.join(' '), context };
}

/** A second before and after each time that is named, and each time of the day, on the days around those named. */
function timesOf(texts: readonly string[]): readonly Micros[] {
  if (texts.length === 0) return [];
  const instants = constantsOf(texts, 'datetime')
    .map((text) => Date.parse(text))
    .filter(Number.isFinite);
  const ofDay = constantsOf(texts, 'duration').map(readDuration);
  const days =
    instants.length === 0
      ? [SOME_DAY_MS]
      : instants.flatMap((at) => [startOfDay(at - DAY_MS), startOfDay(at + DAY_MS)]);
  const onDays = days.flatMap((day) =>
    ofDay.length === 0 ? [day + DAY_MS / 2] : ofDay.flatMap((at) => around(day + at)),
  );
  const all = [...new Set([...instants.flatMap(around), ...onDays])].sort((a, b) => a - b);
  return all.map((ms) => micros(ms * 1_000));
}

function around(ms: number): readonly [number, number] {
  return [ms - SECOND_MS, ms + SECOND_MS];
}

function startOfDay(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

/** One address of each network that is named, and some that are in none. */
function addressesOf(texts: readonly string[]): readonly string[] {
  if (texts.length === 0) return [];
  const named = constantsOf(texts, 'ip').map((text) => text.replace(/\/\d+$/, ''));
  return [...new Set([...named, ...ELSEWHERE])];
}

/** What policies give to a constructor of an extension type, such as `6h` in `duration("6h")`. */
function constantsOf(texts: readonly string[], constructor: string): readonly string[] {
  const pattern = new RegExp(`\\b${constructor}\\s*\\(\\s*"([^"]{1,64})"`, 'g');
  return [...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, constant = '']) => constant)))];
}

/** Milliseconds of a duration as Cedar writes it, such as `-1d6h30m`. */
function readDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+)(ms|d|h|m|s)/g)];
  const sum = parts.reduce((total, [, count, unit = '']) => total + Number(count) * (UNITS[unit] ?? 0), 0);
  return text.startsWith('-') ? -sum : sum;
}
