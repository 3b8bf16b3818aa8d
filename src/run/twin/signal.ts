import type { Field } from '#declare/template/index.ts';

/** A number in [0, 1) from a seeded source. */
export type Uniform = () => number;

/** The value of one field over time for one simulated device; call it once per reading. */
export type Signal = (atSeconds: number) => number | string | boolean | null;

/**
 * A seeded uniform source (mulberry32): the same seed gives the same fleet. For simulation only, never for secrets.
 */
export function seededUniform(seed: number): Uniform {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * A plausible source of values for a declared field: numbers wander around a level of their own with a daily wave,
 * inside the middle of their range and below their step; texts come from their enum or stay as one name.
 *
 * @param deviceName gives texts that identify something (a container, a driver) a value of their own
 */
export function signalFor(field: Field, deviceName: string, uniform: Uniform): Signal {
  switch (field.type) {
    case 'number':
    case 'integer':
      return numberSignal(field, uniform);
    case 'boolean':
      return () => uniform() < 0.08;
    case 'time':
      return (at) => Math.round(at * 1_000_000);
    case 'text': {
      const words = field.enum;
      if (words !== null) return () => words[Math.floor(uniform() * words.length)] ?? null;
      const name = `${field.name}-${deviceName}`.slice(0, field.maxLength);
      return field.pattern === null || new RegExp(`^(?:${field.pattern})$`).test(name) ? () => name : () => null;
    }
  }
}

function numberSignal(field: Field, uniform: Uniform): Signal {
  const low = field.range?.[0] ?? 0;
  const high = field.range?.[1] ?? low + 100;
  const span = high - low;
  const level = low + span * (0.35 + 0.3 * uniform());
  const wave = span * 0.04;
  const phase = uniform() * 2 * Math.PI;
  let drift = 0;
  let last: { value: number; at: number } | null = null;
  return (at) => {
    drift = drift * 0.98 + (uniform() - 0.5) * span * 0.01;
    let value = level + wave * Math.sin((2 * Math.PI * at) / 86_400 + phase) + drift;
    if (field.step !== null && last !== null) {
      // Stay clear of the limit: the gateway measures time by its own clock, which may see the readings closer together.
      const most = field.step.perSecond * Math.max(at - last.at, 0) * 0.5;
      value = Math.min(Math.max(value, last.value - most), last.value + most);
    }
    value = Math.min(Math.max(value, low), high);
    last = { value, at };
    return field.type === 'integer' ? Math.round(value) : Math.round(value * 1_000) / 1_000;
  };
}
