import { readFileSync } from 'node:fs';

/** Where the threads of gateway and store run; numbers of processors as the system counts them. */
export interface ProcessorShares {
  /** One for each worker of the gateway, which stays on it. */
  readonly gateway: readonly number[];
  /** The others, which the store does not leave. */
  readonly store: readonly number[];
}

/** Of more processors one is free for whoever wakes up, and no two need be kept apart. */
const FEW = 4;

/**
 * Divides few processors, so that who takes readings in and who seals them do not wait for each other: left to itself the
 * system leaves a gateway on one processor with whoever wakes it, for tenths of a second, while the store has the other or
 * nobody has.
 *
 * @param allowed processors that this program may use
 * @param interrupts by devices of the machine that each has dealt with; the gateway gets those with the fewest
 * @param workers of the gateway
 * @returns null where processors are many, or too few to divide
 */
export function shareProcessors(
  allowed: readonly number[],
  interrupts: ReadonlyMap<number, number>,
  workers: number,
): ProcessorShares | null {
  if (allowed.length > FEW || workers >= allowed.length) return null;
  const quietest = allowed.toSorted((a, b) => (interrupts.get(a) ?? 0) - (interrupts.get(b) ?? 0) || a - b);
  return { gateway: quietest.slice(0, workers), store: quietest.slice(workers).sort((a, b) => a - b) };
}

/**
 * The processors that this program may use, in ascending order; none where the system does not tell.
 *
 * @see proc_pid_status(5), Cpus_allowed_list
 */
export function allowedProcessors(path = '/proc/self/status'): readonly number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(read(path))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [first = NaN, last = first] = range.split('-').map((digits) => (digits === '' ? NaN : Number(digits)));
    return Number.isInteger(last - first) ? Array.from({ length: last - first + 1 }, (_, i) => first + i) : [];
  });
}

/**
 * How often devices of the machine have interrupted each processor since it started; empty where the system does not tell.
 *
 * @see proc_interrupts(5): devices have numbers, what processors tell each other has names
 */
export function deviceInterrupts(path = '/proc/interrupts'): ReadonlyMap<number, number> {
  const [head = '', ...lines] = read(path).split('\n');
  const processors = [...head.matchAll(/CPU(\d+)/g)].map(([, number]) => Number(number));
  const sums = new Map(processors.map((processor) => [processor, 0]));
  for (const line of lines) {
    const [, counts = ''] = /^\s*\d+:((?:\s+\d+)+)/.exec(line) ?? [];
    const numbers = counts.trim().split(/\s+/);
    for (const [i, processor] of processors.entries()) {
      sums.set(processor, (sums.get(processor) ?? 0) + Number(numbers[i] ?? 0));
    }
  }
  return sums;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
