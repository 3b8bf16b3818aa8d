import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Requests of one connection that may be under way at once. Hardly any client sends another before it has its answer;
 * who does, and does not stop, would have a request and an answer kept for every few bytes.
 */
export const MOST_PIPELINED = 16;

/** Counts the requests under way on each connection, whose answers go out in their order. */
export class Pipeline {
  readonly #underWay = new WeakMap<object, number>();

  /** Takes a request. @returns false where there are too many on its connection, which is then ended */
  enter({ socket }: Pick<IncomingMessage, 'socket'>, response: ServerResponse): boolean {
    if (socket.destroyed) return false;
    const underWay = this.#underWay.get(socket) ?? 0;
    if (underWay >= MOST_PIPELINED) {
      socket.destroy();
      return false;
    }
    this.#underWay.set(socket, underWay + 1);
    response.once('close', () => this.#underWay.set(socket, (this.#underWay.get(socket) ?? 1) - 1));
    return true;
  }
}
