/** Of the time that a block took, the part from which on the processor was not to be had. */
const IN_LINE = 0.1;
/** Longer blocks are no reason to rest longer. */
const LONGEST_MS = 50;

/**
 * How long to rest after a block, so that whoever takes readings in goes first: as long as the block took where it had to
 * stand in line for the processor, which others want then too; not at all where it had one for itself.
 *
 * @param tookMs by the clock
 * @param processorMs of the processor, for judging waits for nothing else
 */
export function restAfter(tookMs: number, processorMs: number): number {
  return tookMs - processorMs > IN_LINE * tookMs ? Math.min(tookMs, LONGEST_MS) : 0;
}
