import { cpus, totalmem } from 'node:os';

/** One line of a bench: what was measured beside its peer of the same run, and whether the bar holds. */
export interface Measurement {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** The peer's figure of the same run; null where the bar is absolute. */
  readonly peer: number | null;
  /** ours / peer. */
  readonly ratio: number | null;
  /** The goal in words, such as `>= 2.5 x peer`; null where none is set. */
  readonly bar: string | null;
  readonly holds: boolean | null;
}

/** A bench: prints nothing itself; `note` takes what a reader needs to judge the figures. */
export type Bench = (note: (text: string) => void) => Promise<readonly Measurement[]>;

type Bar = { readonly atLeast: number } | { readonly atMost: number };

/** A figure held against a multiple of its peer's. */
export function besidePeer(name: string, unit: string, ours: number, peer: number, bar: Bar | null): Measurement {
  const ratio = ours / peer;
  return { name, unit, ours, peer, ratio, ...judge(ratio, bar, ' x peer') };
}

/** A figure held against an absolute bar. */
export function absolute(name: string, unit: string, ours: number, bar: Bar | null): Measurement {
  return { name, unit, ours, peer: null, ratio: null, ...judge(ours, bar, ` ${unit}`) };
}

function judge(value: number, bar: Bar | null, suffix: string): { bar: string | null; holds: boolean | null } {
  if (bar === null) return { bar: null, holds: null };
  return 'atLeast' in bar
    ? { bar: `>= ${bar.atLeast}${suffix}`, holds: value >= bar.atLeast }
    : { bar: `<= ${bar.atMost}${suffix}`, holds: value <= bar.atMost };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** The machine that figures were measured on. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${cpus().length} x ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.version}`;
}
