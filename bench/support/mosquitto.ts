import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endingWithParent } from '#run/server/index.ts';

/**
 * Starts Mosquitto with mutual TLS 1.3 on a free port of loopback, as bare as it can be: no subscriber, nothing kept,
 * no log, small packets sent at once. It is ended when the result is disposed of.
 */
export async function startMosquitto(
  files: { authority: string; certificate: string; key: string },
  port: number,
): Promise<AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-mosquitto-'));
  const configuration = join(folder, 'mosquitto.conf');
  await writeFile(
    configuration,
    [
      'per_listener_settings false',
      'allow_anonymous true',
      'persistence false',
      'log_type none',
      'set_tcp_nodelay true',
      'max_inflight_messages 0',
      'max_queued_messages 0',
      `user ${process.getuid?.() === 0 ? 'root' : (process.env['USER'] ?? 'nobody')}`,
      `listener ${port} 127.0.0.1`,
      `cafile ${files.authority}`,
      `certfile ${files.certificate}`,
      `keyfile ${files.key}`,
      'require_certificate true',
      'tls_version tlsv1.3',
      '',
    ].join('\n'),
  );
  const program = endingWithParent({ command: 'mosquitto', arguments: ['-c', configuration] });
  const child = spawn(program.command, program.arguments, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await listening(port);
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`mosquitto does not listen on ${port}`);
}
