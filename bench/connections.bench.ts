import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { endingWithParent, forkEndingWithParent } from '#run/server/index.ts';
import { disposableFolder } from '../test/support/tmp.ts';
import type { FromHandshaker, HandshakeOrder, ToHandshaker } from './support/handshaker.ts';
import { absolute, besidePeer, median } from './support/measurement.ts';
import type { Bench, Measurement } from './support/measurement.ts';
import { startPumps } from './support/platform-fleet.ts';
import { proportionalMemory } from './support/process-memory.ts';
import { makeServerCertificate } from './support/server-certificate.ts';

const STEPS = [1_000, 4_000, 10_000] as const;
const OPEN_SECONDS = 60;
const ROUNDS = 3;
const HANDSHAKE_SECONDS = 3;
const AT_ONCE = 8;
const DEVICES = 20;
const PEER_PORT = 28_884;
const LIKE_FOR_LIKE = 'X25519';
const DEFAULT_GROUPS = 'X25519MLKEM768';

/** Handshakes a second beside `openssl s_server`, then the memory of idle connections. */
export const bench: Bench = async (note) => {
  await using folder = await disposableFolder();
  await using fleet = await startPumps(DEVICES);
  const { weir, pumps } = fleet;
  const server = await makeServerCertificate(folder.path);
  await using _peer = await startServer(server, pumps[0]?.files.authority ?? '');
  using client = startClient();
  const order = (port: number, authority: string, groups: string): HandshakeOrder => ({
    port,
    authority,
    credentials: pumps,
    groups,
    atOnce: AT_ONCE,
    seconds: HANDSHAKE_SECONDS,
  });
  const { mqtt } = weir.address.ports;
  const authority = pumps[0]?.authority ?? '';
  const rates = { ours: [] as number[], peer: [] as number[], hybrid: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    const shake = async (given: HandshakeOrder) => (await client.ask({ kind: 'handshakes', order: given })).perSecond;
    rates.peer.push(await shake(order(PEER_PORT, server.pem, LIKE_FOR_LIKE)));
    rates.ours.push(await shake(order(mqtt, authority, LIKE_FOR_LIKE)));
    rates.hybrid.push(await shake(order(mqtt, authority, DEFAULT_GROUPS)));
    const last = (list: readonly number[]) => Math.round(list.at(-1) ?? NaN);
    note(
      `handshakes a second: ${last(rates.ours)} beside ${last(rates.peer)} with ${LIKE_FOR_LIKE}, ` +
        `${last(rates.hybrid)} with ${DEFAULT_GROUPS}`,
    );
  }
  const gateway = (await weir.status()).processes.find(({ name }) => name === 'gateway')?.pid ?? 0;
  return [
    besidePeer(
      `connections: full handshakes, ${LIKE_FOR_LIKE}`,
      'handshakes/s',
      median(rates.ours),
      median(rates.peer),
      null,
    ),
    absolute(`connections: full handshakes, ${DEFAULT_GROUPS}`, 'handshakes/s', median(rates.hybrid), null),
    ...(await idleMemory(client, { ...order(mqtt, authority, DEFAULT_GROUPS), seconds: OPEN_SECONDS }, gateway, note)),
  ];
};

async function idleMemory(
  client: Client,
  order: HandshakeOrder,
  gateway: number,
  note: (text: string) => void,
): Promise<readonly Measurement[]> {
  const empty = await settledMemory(gateway);
  let each: { count: number; bytes: number } = { count: 0, bytes: NaN };
  for (const upTo of STEPS) {
    const { count, perSecond } = await client.ask({ kind: 'open', order, upTo });
    const bytes = ((await settledMemory(gateway)) - empty) / count;
    note(`${count} idle connections: ${Math.round(bytes)} bytes each, opened at ${Math.round(perSecond)} a second`);
    each = { count, bytes };
    if (count < upTo) break;
  }
  return [absolute(`connections: memory of an idle one, of ${each.count}`, 'bytes', each.bytes, null)];
}

/** The least of a few looks: what garbage collection has not fetched yet is not the connections'. */
async function settledMemory(pid: number): Promise<number> {
  const looks: number[] = [];
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    looks.push(await proportionalMemory(pid));
  }
  return Math.min(...looks);
}

interface Client extends Disposable {
  ask(message: ToHandshaker): Promise<FromHandshaker>;
}

function startClient(): Client {
  const child = fork(new URL('support/handshaker.ts', import.meta.url), {
    ...forkEndingWithParent([]),
    serialization: 'advanced',
  });
  return {
    ask: async (message) => {
      child.send(message);
      const [answer] = (await once(child, 'message')) as [FromHandshaker | { error: string }];
      if ('error' in answer) throw new Error(answer.error);
      return answer;
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}

/** `openssl s_server` with the same demands: TLS 1.3 and a client certificate of our authority. */
async function startServer(
  { certificate, key }: { certificate: string; key: string },
  authority: string,
): Promise<AsyncDisposable> {
  const options = `s_server -accept ${PEER_PORT} -tls1_3 -quiet -Verify 3 -verify_return_error`.split(' ');
  const program = endingWithParent({
    command: 'openssl',
    arguments: [...options, '-cert', certificate, '-key', key, '-CAfile', authority],
  });
  const child: ChildProcess = spawn(program.command, program.arguments, { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(child, 'exit');
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = connect({ port: PEER_PORT, host: '127.0.0.1' });
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
