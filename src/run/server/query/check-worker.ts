import { parentPort } from 'node:worker_threads';
import { checkPiece } from '#flow/query/index.ts';
import { giveWay, ownThread } from '../process/give-way.ts';
import type { CheckAnswer, CheckRequest } from './check-thread.ts';

/** A thread of control's that reads what query processes made of datasets. */

const port = parentPort!;
let gaveWay = false;

port.on('message', ({ plain, columns, niceness }: CheckRequest) => {
  const thread = gaveWay ? null : ownThread();
  if (thread !== null) giveWay(thread, niceness);
  gaveWay = true;
  const answer = answerOf(plain, columns);
  port.postMessage(answer, 'failure' in answer ? [] : [plain.buffer as ArrayBuffer]);
});

function answerOf(plain: Uint8Array, columns: CheckRequest['columns']): CheckAnswer {
  try {
    return { checked: checkPiece(plain, columns), plain };
  } catch (error) {
    // Whatever it was that could not be read: it is no piece.
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
