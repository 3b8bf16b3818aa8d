/** What the kernel tells every process at a terminal: that somebody interrupts, that it is closed. */
const OF_TERMINAL = ['SIGINT', 'SIGHUP'] as const;

/** Leaves these signals to the process that started this one, which ends its parts in their order. */
export function leaveTerminalSignals(): void {
  for (const signal of OF_TERMINAL) process.on(signal, () => {});
}
