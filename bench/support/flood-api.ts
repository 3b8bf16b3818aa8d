import { Agent, request } from 'node:https';

/** What a flooding process is told to do: the same request again and again on many connections. */
export interface FloodOrder {
  readonly url: string;
  readonly authority: string;
  readonly token: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface FloodResult {
  readonly sent: number;
  /** Answers by status. */
  readonly byStatus: Readonly<Record<string, number>>;
}

/** Asks as fast as answers come, on each connection one request after the other. */
export async function floodApi({ url, authority, token, connections, seconds }: FloodOrder): Promise<FloodResult> {
  const agent = new Agent({ ca: authority, keepAlive: true, maxSockets: connections });
  const end = performance.now() + seconds * 1_000;
  const byStatus: Record<string, number> = {};
  let sent = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      const status = await askOnce(url, agent, token);
      sent++;
      byStatus[status] = (byStatus[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  agent.destroy();
  return { sent, byStatus };
}

/** The status of one answer, read to its end; `error` where there was none. */
export function askOnce(url: string, agent: Agent, token: string): Promise<string> {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent, headers: { authorization: `Bearer ${token}` } }, (reply) => {
      reply.resume();
      reply.once('close', () => resolve(String(reply.statusCode)));
    });
    outgoing.once('error', () => resolve('error'));
    outgoing.end();
  });
}

process.once('message', (order: FloodOrder) => {
  void floodApi(order).then((result) => {
    process.send?.(result);
    process.disconnect?.();
  });
});
