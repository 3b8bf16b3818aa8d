import { CHANNEL_WINDOW } from '#learn/flows/index.ts';
import type { FlowReading } from '#learn/flows/index.ts';

/** Flows of a device in one window of time, as far as there is room. */
export interface FlowWindow {
  /** Epoch seconds. */
  readonly start: number;
  readonly flows: FlowReading[];
}

/** What became of a flow, and windows that are over by it. */
export interface TakenFlow {
  /** `late` where it is of a window that is over already. */
  readonly outcome: 'taken' | 'late' | 'full';
  readonly over: readonly FlowWindow[];
}

/** Flows of a device that a window has room for. */
export const MOST_FLOWS = 512;

/**
 * The windows of one device that are not over: that of its latest flow and the one before, since a flow is told of when it
 * ends and counts where it began. What comes later still is late.
 */
export class FlowWindows {
  /** In the order of time; at most two. */
  readonly open: FlowWindow[];

  constructor(open: FlowWindow[] = []) {
    this.open = open;
  }

  /** Flows that it holds. */
  get held(): number {
    return this.open.reduce((sum, { flows }) => sum + flows.length, 0);
  }

  /** @param room flows that it may hold in all */
  take(flow: FlowReading, room = Infinity): TakenFlow {
    const start = Math.floor(flow.time / CHANNEL_WINDOW) * CHANNEL_WINDOW;
    const newest = this.open.at(-1)?.start ?? -Infinity;
    if (start < newest - CHANNEL_WINDOW) return { outcome: 'late', over: [] };
    // Before it is asked whether there is room: what is over makes some.
    const over: FlowWindow[] = [];
    while (this.open[0] !== undefined && this.open[0].start < start - CHANNEL_WINDOW) over.push(this.open.shift()!);
    let window = this.open.find((one) => one.start === start);
    if ((window?.flows.length ?? 0) >= MOST_FLOWS || this.held >= room) return { outcome: 'full', over };
    if (window === undefined) {
      window = { start, flows: [] };
      this.open.push(window);
      this.open.sort((a, b) => a.start - b.start);
    }
    window.flows.push(flow);
    return { outcome: 'taken', over };
  }
}
