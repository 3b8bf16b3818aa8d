import { Agent, request } from 'node:https';

/** What a flooding process is told to do: the same request again and again on many connections. */
export interface FloodOrder {
  readonly origin: string;
  readonly path: string;
  /** JSON that is posted; without it the path is got. */
  readonly body?: string;
  readonly authority: string;
  readonly token: string;
  /** Sends an invented token with each request in place of its own. */
  readonly strangers: boolean;
  readonly connections: number;
  readonly seconds: number;
}

export interface FloodResult {
  readonly sent: number;
  /** Answers by status. */
  readonly byStatus: Readonly<Record<string, number>>;
}

/** Asks as fast as answers come, on each connection one request after the other. */
export async function floodApi(order: FloodOrder): Promise<FloodResult> {
  const { origin, path, authority, token, strangers, connections, seconds, body } = order;
  const agent = new Agent({ ca: authority, keepAlive: true, maxSockets: connections });
  const url = new URL(path, origin).href;
  const end = performance.now() + seconds * 1_000;
  const byStatus: Record<string, number> = {};
  let sent = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      const status = await askOnce(url, agent, strangers ? token.replace(/.{8}$/, invented(sent)) : token, body);
      sent++;
      byStatus[status] = (byStatus[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  agent.destroy();
  return { sent, byStatus };
}

function invented(number: number): string {
  return String(number).padStart(8, '0');
}

/** The status of one answer, read to its end; `error` where there was none. */
export function askOnce(url: string, agent: Agent, token: string, body?: string): Promise<string> {
  const method = body === undefined ? 'GET' : 'POST';
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(body.length) }),
  };
  return new Promise((resolve) => {
    const outgoing = request(url, { agent, method, headers }, (reply) => {
      reply.resume();
      reply.once('close', () => resolve(String(reply.statusCode)));
    });
    outgoing.once('error', () => resolve('error'));
    outgoing.end(body);
  });
}

process.once('message', (order: FloodOrder) => {
  void floodApi(order).then((result) => {
    process.send?.(result);
    process.disconnect?.();
  });
});
process.send?.('ready');
