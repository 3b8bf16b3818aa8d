/**
 * Calls back when the process that forked this one is gone, also where it went before anybody could listen. Nothing is
 * called in a process that was started without a channel, as by a shell.
 */
export function whenParentGone(callback: () => void): void {
  if (process.send === undefined) return;
  if (process.connected) process.once('disconnect', callback);
  else setImmediate(callback);
}

/** Ends this process without waiting for its threads, as `process.exit` does, which a native call can hold up. */
export function endNow(): never {
  process.kill(process.pid, 'SIGKILL');
  // The first process of a PID namespace cannot be killed from within.
  process.exit(0);
}
