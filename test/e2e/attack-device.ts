import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { Agent } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { TestDevice, TestPlatform } from '../support/running-platform.ts';

/** A request over HTTPS with a device's certificate, as any program with its key could make it. */
export async function askAsDevice(
  weir: TestPlatform,
  device: TestDevice,
  method: string,
  path: string,
  body?: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  agent: Agent | false = false,
): Promise<{ readonly status: number; readonly text: string }> {
  const { key, certificate, authority } = device;
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(
      new URL(path, weir.platform.address.https),
      {
        method,
        ca: authority,
        key,
        cert: certificate,
        agent,
        headers: { 'content-type': 'application/json', ...headers },
      },
      resolve,
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
  return { status: reply.statusCode ?? 0, text: (await buffer(reply)).toString('utf8') };
}
