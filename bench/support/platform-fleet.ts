import { ChildPlatform } from '../../test/support/child-platform.ts';
import type { ChildPlatformOptions } from '../../test/support/child-platform.ts';
import type { TestDevice } from '../../test/support/platform-client.ts';
import { PUMP_STREAM } from './pump-stream.ts';

/** A fleet of pumps, and who asks for their readings. */
export const PUMP_TEMPLATE = `
devices: {pump: {}}
limits: {connections: 20000, connections-per-device: 1024, query-rows: 20000000}
streams:${PUMP_STREAM}people: {analyst: {query: [pump], sees: [operational]}}
`;

/** The same with who was at each pump, by whom its readings can be found and erased. */
export const WORKER_TEMPLATE = PUMP_TEMPLATE.replace(
  '    fields:\n',
  '    purposes: [care]\n    subject: worker\n    fields:\n      worker: {type: text, class: identifier}\n',
);

/** Readings of a pump as JSON, about 170 bytes each: slow waves with noise, and the digits that sensors give. */
export function pumpPayloads(count: number): readonly string[] {
  // A linear congruential generator (Numerical Recipes): the same noise in each run.
  let state = 1;
  const noise = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32 - 0.5;
  return Array.from({ length: count }, (_, i) => {
    const wave = Math.sin((i * 2 * Math.PI) / 500);
    const value = (middle: number, swing: number, digits: number) =>
      (middle + swing * (wave + noise() / 4)).toFixed(digits);
    return (
      `{"accelerometer_1":${value(0.21, 0.01, 6)},"accelerometer_2":${value(0.27, 0.01, 6)},` +
      `"current":${value(1.2, 0.3, 5)},"pressure":${value(0.05, 0.2, 6)},"temperature":${value(71, 2, 4)},` +
      `"thermocouple":${value(26, 1, 4)},"voltage":${value(230, 5, 3)},"flow_rate":${value(32, 1, 4)}}`
    );
  });
}

/** The same with who was at the pump, one of so many persons in turn. */
export function workerPayloads(count: number, persons: number): readonly string[] {
  return pumpPayloads(count).map((text, i) => `{"worker":"worker-${i % persons}",${text.slice(1)}`);
}

/** A platform with enrolled pumps. */
export interface Pumps extends AsyncDisposable {
  readonly weir: ChildPlatform;
  readonly pumps: readonly TestDevice[];
}

/** A platform of real processes on loopback, itself in a process of its own, with enrolled pumps. */
export async function startPumps(
  count: number,
  options: ChildPlatformOptions = {},
  template = PUMP_TEMPLATE,
): Promise<Pumps> {
  const weir = await ChildPlatform.start(template, options);
  const pumps: TestDevice[] = [];
  try {
    for (let i = 0; i < count; i++) pumps.push(await weir.enrol(`pump-${i}`, 'pump'));
  } catch (error) {
    await weir[Symbol.asyncDispose]();
    throw error;
  }
  return { weir, pumps, [Symbol.asyncDispose]: () => weir[Symbol.asyncDispose]() };
}

/** Counts the stored readings of a stream; waits until there are at least so many or `patienceMs` are over. */
export async function countStored(weir: ChildPlatform, atLeast: number, patienceMs = 20_000): Promise<number> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const [row] = await weir.query('select count(*)::double as n from pump');
    const stored = Number(row?.['n'] ?? 0);
    if (stored >= atLeast || performance.now() > deadline) return stored;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
