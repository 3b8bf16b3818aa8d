import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Requests of one connection that may be under way at once. Hardly any client sends another before it has its answer;
 * who does, and does not stop, would have a request and an answer kept for every few bytes.
 */
export const MOST_PIPELINED = 16;

/** The requests under way on each connection, whose answers go out in their order. */
export class Pipeline {
  readonly #underWay = new WeakMap<object, Set<ServerResponse>>();

  /**
   * Takes a request. Its answer closes when it is out, or when its connection has gone: Node tells that only of the
   * answer whose turn it is.
   *
   * @returns false where there are too many on its connection, which is then ended
   */
  enter({ socket }: Pick<IncomingMessage, 'socket'>, response: ServerResponse): boolean {
    if (socket.destroyed) return false;
    const underWay = this.#underWay.get(socket) ?? this.#begin(socket);
    if (underWay.size >= MOST_PIPELINED) {
      socket.destroy();
      return false;
    }
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
    return true;
  }

  #begin(socket: IncomingMessage['socket']): Set<ServerResponse> {
    const underWay = new Set<ServerResponse>();
    this.#underWay.set(socket, underWay);
    socket.once('close', () => {
      for (const response of underWay) response.emit('close');
    });
    return underWay;
  }
}
