import { Worker } from 'node:worker_threads';
import type { CheckedPiece, MadePiece } from '#flow/query/index.ts';
import { QueryError } from '#flow/query/index.ts';

/** What the thread is asked. */
export interface CheckRequest extends MadePiece {
  readonly niceness: number;
}

/** What it answers: the bytes go back with it. */
export type CheckAnswer = { readonly checked: CheckedPiece; readonly plain: Uint8Array } | { readonly failure: string };

/** Behind everybody who waits for an answer, as sealing is. */
const NICENESS = 10;
/** Texts of one part at most; values lie elsewhere. */
const HEAP_MIB = 512;

/** Checks pieces, one at a time, in a thread of control's that is started by the first and ends with this. */
export class CheckThread implements AsyncDisposable {
  #thread: Worker | null = null;

  /**
   * @returns what the piece holds, and its bytes, which moved: those that were given are gone
   * @throws {QueryError} QUERY_FAILED where it is no piece
   */
  async check({ plain, columns }: MadePiece): Promise<{ readonly checked: CheckedPiece; readonly plain: Uint8Array }> {
    const thread = (this.#thread ??= new Worker(new URL('check-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    }));
    const { promise, resolve, reject } = Promise.withResolvers<CheckAnswer>();
    const onExit = (code: number): void => reject(new Error(`the thread ended with ${code}`));
    thread.once('message', resolve).once('error', reject).once('exit', onExit);
    try {
      const request: CheckRequest = { plain, columns, niceness: NICENESS };
      thread.postMessage(request, [plain.buffer as ArrayBuffer]);
      const answer = await promise;
      if ('failure' in answer) throw notAPiece(answer.failure);
      return answer;
    } finally {
      thread.off('message', resolve).off('error', reject).off('exit', onExit);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread?.terminate();
  }
}

function notAPiece(why: string): QueryError {
  return new QueryError('QUERY_FAILED', `Cannot freeze the answer: what came of it is not what it has to be: ${why}`);
}
