import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { PlatformAddress } from '#run/server/index.ts';
import type { TestDevice } from '../support/running-platform.ts';

/** Posts readings of a device as one JSON array: the status, and the outcomes as they came. */
export async function postReadings(
  weir: { readonly platform: { readonly address: Pick<PlatformAddress, 'https'> } },
  { key, certificate, authority }: TestDevice,
  stream: string,
  readings: readonly object[],
): Promise<{ readonly status: number; readonly outcomes: string }> {
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const options = { method: 'POST', key, cert: certificate, ca: authority, agent: false, headers };
    request(new URL(`/v1/streams/${stream}`, weir.platform.address.https), options, resolve)
      .once('error', reject)
      .end(JSON.stringify(readings));
  });
  return { status: reply.statusCode ?? 0, outcomes: await text(reply) };
}
