import { intakeFields } from '#declare/template/index.ts';
import type { Stream } from '#declare/template/index.ts';
import { misbehave, misbehaviourAt } from './misbehaviour.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { signalFor } from './signal.ts';
import type { Signal, Uniform } from './signal.ts';

/** What a simulated device reads of its streams, and does wrong, by times that only go on. */
export class SimulatedReadings {
  readonly #signals: ReadonlyMap<string, ReadonlyMap<string, Signal>>;
  readonly #misbehaviour: Misbehaviour | null;
  readonly #last = new Map<string, Readonly<Record<string, unknown>>>();

  /** @param name of the device, which its texts hold */
  constructor(name: string, streams: readonly Stream[], uniform: Uniform, misbehaviour: Misbehaviour | null = null) {
    this.#misbehaviour = misbehaviour;
    this.#signals = new Map(
      streams.map((stream) => [
        stream.name,
        new Map(intakeFields(stream).map((field) => [field.name, signalFor(field, name, uniform)])),
      ]),
    );
  }

  /**
   * The fields of its next reading; null while it is silent.
   *
   * @param at epoch seconds
   * @param since seconds since it started
   */
  next(stream: Stream, at: number, since: number): Readonly<Record<string, unknown>> | null {
    const own: Record<string, unknown> = {};
    for (const field of intakeFields(stream)) {
      const value = this.#signals.get(stream.name)?.get(field.name)?.(at) ?? null;
      if (value !== null) own[field.name] = value;
    }
    const wrong = misbehaviourAt(this.#misbehaviour, since);
    const fields = wrong === null ? own : misbehave(stream, wrong, own, this.#last.get(stream.name) ?? {});
    if (fields !== null) this.#last.set(stream.name, fields);
    return fields;
  }
}
