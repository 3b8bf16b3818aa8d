import type { Others } from '../behaviour/behaviour-watch.ts';
import type { DearerTiers } from '../tiers/dearer-tiers.ts';
import { DeviceJudge } from './device-judge.ts';
import type { DeviceBaseline, DeviceFacts, SeatedDevice } from './device-judge.ts';
import type { DeviceRows } from './device-rows.ts';
import type { Finding } from './finding.ts';
import type { WatchPlan } from './watch-plan.ts';

const ALONE: Others = { peers: null };

/** Watches one device on one stream. Its memory is bounded: `stateBytes`, what is going on, and what conditions make. */
export class DeviceWatch {
  readonly #judge: DeviceJudge;
  readonly #own: SeatedDevice;

  /**
   * @param judge of the plan, which all devices of a stream take turns at; one of its own where it is left out
   * @param own what is known of it already
   */
  constructor(device: string, plan: WatchPlan, judge = new DeviceJudge(plan), own = judge.begin(device)) {
    this.#judge = judge;
    this.#own = own;
  }

  /**
   * A watch that goes on from a snapshot under a plan. A detector that the snapshot has not begins anew.
   *
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT, FEATURES_STATE_FOREIGN
   * @throws {DetectError} DETECT_STATE_UNFIT if it is of other fields
   */
  static restore(device: string, plan: WatchPlan, bytes: Uint8Array, judge = new DeviceJudge(plan)): DeviceWatch {
    return new DeviceWatch(device, plan, judge, judge.restore(device, bytes));
  }

  get device(): string {
    return this.#own.device;
  }

  get facts(): DeviceFacts {
    return this.#judge.facts(this.#own);
  }

  get readings(): number {
    return this.facts.readings;
  }

  get late(): number {
    return this.facts.late;
  }

  /** Readings that a cheap detector found beyond its limit. */
  get beyond(): number {
    return this.facts.beyond;
  }

  /** Time of the last reading; −Infinity before the first. */
  get until(): number {
    return this.facts.until;
  }

  /** Bytes of its numbers, without what is going on and what is usual under conditions. */
  get stateBytes(): number {
    const { numbers, history } = this.#own;
    return numbers.byteLength + history.byteLength;
  }

  /**
   * Judges and learns rows, whose last column is left to it.
   *
   * @param dearer where windows go that look odd, or are of the random sample; null where nothing is to be sent up
   * @param shedding whether there is time for no more than the cheapest detector
   * @param others what its behaviour is held against beside itself
   * @returns what was found, or changed in what was found before
   */
  take(
    rows: DeviceRows,
    dearer: DearerTiers | null = null,
    shedding = false,
    others: Others = ALONE,
  ): readonly Finding[] {
    return this.#judge.take(this.#own, rows, dearer, shedding, others);
  }

  /** Tells that the device does not come any more: others may have its memory. */
  release(): void {
    this.#judge.release(this.#own);
  }

  describe(): DeviceBaseline {
    return this.#judge.describe(this.#own);
  }

  /** Its whole state, which a later process goes on from. */
  snapshot(): Uint8Array {
    return this.#judge.snapshot(this.#own);
  }
}
