import type { ChildProcess } from 'node:child_process';
import type { MessagePort, Worker } from 'node:worker_threads';
import { whenParentGone } from './parent-gone.ts';
import type { Line } from './peer.ts';

/** The channel to a child process that was forked with `serialization: 'advanced'`. */
export function childLine(child: ChildProcess): Line {
  return {
    post: (message) => {
      if (child.connected) child.send(message as object, () => {});
    },
    listen: (onMessage, onClose) => {
      child.on('message', onMessage);
      child.once('disconnect', onClose);
      child.once('exit', onClose);
    },
  };
}

/** The channel to the process that forked this one. */
export function parentLine(): Line {
  return {
    post: (message) => {
      if (process.connected) process.send?.(message, undefined, {}, () => {});
    },
    listen: (onMessage, onClose) => {
      process.on('message', onMessage);
      whenParentGone(onClose);
    },
  };
}

/** A message port, or a worker thread seen from the thread that started it. */
export function portLine(port: MessagePort | Worker): Line {
  return {
    post: (message, transfer) => port.postMessage(message, [...(transfer ?? [])]),
    listen: (onMessage, onClose) => {
      port.on('message', onMessage);
      if ('threadId' in port) port.once('exit', onClose);
      else port.once('close', onClose);
    },
  };
}
