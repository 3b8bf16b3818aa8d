import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { randomBytes } from 'node:crypto';
import { RevokedSet } from '#trust/identity/index.ts';
import type { TestDevice } from '../test/support/platform-client.ts';
import { absolute } from './support/measurement.ts';
import type { Bench, Measurement } from './support/measurement.ts';
import { startPumps } from './support/platform-fleet.ts';

const SESSIONS = 1_000;
const ONE_BY_ONE = 500;
const OPENED_AT_ONCE = 16;
const SERIALS = 1_000_000;
const LOOKUPS = 1_000_000;
/** MQTT 5, clean start, keep-alive a minute, client id "b". */
const CONNECT = Uint8Array.fromHex('100e00044d5154540502003c00000162');

/** How long a revoked session lives, and what a million revoked serials cost. */
export const bench: Bench = async (note) => [...lookups(), ...(await sessions(note))];

function lookups(): readonly Measurement[] {
  const set = RevokedSet.create();
  const packed = randomBytes(SERIALS * 16);
  for (let at = 0; at < packed.length; at += 16) packed[at] = ((packed[at] ?? 0) & 0x3f) | 0x40;
  set.addPacked(packed);
  const asked = Array.from({ length: 1_000 }, () => `4${randomBytes(16).toString('hex').slice(1)}`.toUpperCase());
  let found = 0;
  const began = performance.now();
  for (let n = 0; n < LOOKUPS; n++) if (set.has(asked[n % asked.length] ?? '')) found++;
  const each = ((performance.now() - began) * 1_000) / LOOKUPS;
  if (found > 0 || set.size !== SERIALS)
    throw new Error(`${found} were found that were not there, ${set.size} are in it`);
  return [
    absolute('revocation: memory of a million serials', 'MiB', set.buffer.byteLength / 2 ** 20, { atMost: 64 }),
    // A handshake takes milliseconds: a look-up that is a thousandth of that cannot be measured in it.
    absolute('revocation: look-up among a million serials', 'us', each, { atMost: 5 }),
  ];
}

async function sessions(note: (text: string) => void): Promise<readonly Measurement[]> {
  await using fleet = await startPumps(SESSIONS, { workers: 2 });
  const { weir, pumps } = fleet;
  const port = weir.address.ports.mqtt;
  const open: { readonly device: TestDevice; readonly closed: Promise<number>; readonly socket: TLSSocket }[] = [];
  for (let at = 0; at < pumps.length; at += OPENED_AT_ONCE) {
    open.push(...(await Promise.all(pumps.slice(at, at + OPENED_AT_ONCE).map((device) => openSession(port, device)))));
  }
  note(`${open.length} sessions on 2 workers`);
  const times: number[] = [];
  for (const { device, closed } of open.slice(0, ONE_BY_ONE)) {
    const began = performance.now();
    await weir.ask('POST', '/v1/revocations', { body: { device: device.name, reason: 'keyCompromise' } });
    times.push((await closed) - began);
  }
  const began = performance.now();
  const rest = open.slice(ONE_BY_ONE).map(({ closed }) => closed.then((at) => at - began));
  await weir.ask('POST', '/v1/revocations', { body: { type: 'pump' } });
  const together = await Promise.all(rest);
  note(`one by one: median ${quantile(times, 0.5).toFixed(1)} ms, longest ${Math.max(...times).toFixed(1)} ms`);
  note(`a type of ${together.length} at once: median ${quantile(together, 0.5).toFixed(1)} ms`);
  return [
    absolute(`revocation: to the end of the session, p99 of ${times.length}, one by one`, 'ms', quantile(times, 0.99), {
      atMost: 1_000,
    }),
    absolute(`revocation: a type of ${together.length} at once, p99`, 'ms', quantile(together, 0.99), {
      atMost: 1_000,
    }),
  ];
}

function openSession(
  port: number,
  device: TestDevice,
): Promise<{ device: TestDevice; closed: Promise<number>; socket: TLSSocket }> {
  return new Promise((resolve, reject) => {
    const { key, certificate, authority } = device;
    const socket = connect({ host: 'localhost', port, key, cert: certificate, ca: authority });
    const closed = new Promise<number>((ended) => socket.once('close', () => ended(performance.now())));
    socket.once('secureConnect', () => socket.write(CONNECT));
    socket.once('data', () => resolve({ device, closed, socket }));
    socket.once('error', reject);
    // The goodbye is a DISCONNECT and the end of the stream.
    socket.on('data', () => {});
  });
}

function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN;
}
