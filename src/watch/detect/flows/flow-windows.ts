import { CHANNEL_WINDOW } from '#learn/flows/index.ts';
import type { FlowReading } from '#learn/flows/index.ts';

/** Flows of a device in one window of time, as far as there is room. */
export interface FlowWindow {
  /** Epoch seconds. */
  readonly start: number;
  readonly flows: FlowReading[];
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

  /** @returns windows that are over by this flow; `late` where it is of one that is over already, `full` where it has no room */
  take(flow: FlowReading): readonly FlowWindow[] | 'late' | 'full' {
    const start = Math.floor(flow.time / CHANNEL_WINDOW) * CHANNEL_WINDOW;
    const newest = this.open.at(-1)?.start ?? -Infinity;
    if (start < newest - CHANNEL_WINDOW) return 'late';
    const over: FlowWindow[] = [];
    while (this.open[0] !== undefined && this.open[0].start < start - CHANNEL_WINDOW) over.push(this.open.shift()!);
    let window = this.open.find((one) => one.start === start);
    if (window === undefined) {
      window = { start, flows: [] };
      this.open.push(window);
      this.open.sort((a, b) => a.start - b.start);
    }
    if (window.flows.length >= MOST_FLOWS) return over.length > 0 ? over : 'full';
    window.flows.push(flow);
    return over;
  }
}
