import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { mebibytes, seconds } from '#base/core/index.ts';
import { runProgram } from '../../../../test/support/run-program.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { confine } from './confinement.ts';
import type { ConfinementOptions } from './confinement.ts';
import { probeConfinement } from './probe-confinement.ts';

const PROJECT = path.resolve(import.meta.dirname, '../../../..');

/** A program that answers over IPC what it could reach, and the answer of a statement. */
const CHILD = `
import { readFileSync, readdirSync, writeFileSync, openSync } from 'node:fs';
import { connect } from 'node:net';
const attempt = (work) => { try { work(); return 'reached'; } catch (error) { return error.code; } };
process.once('message', async ({ secret, port, outside }) => {
  using parser = await StatementParser.open();
  const parsed = await parser.parse('SELECT 42');
  const network = await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve('reached'));
    socket.on('error', (error) => resolve(error.code));
  });
  process.send({
    parsed: parsed.outcome,
    shared: readFileSync(secret, 'utf8'),
    memoryFile: attempt(() => openUnnamed('/dev/shm')),
    password: attempt(() => readFileSync('/etc/passwd')),
    outside: attempt(() => readFileSync(outside)),
    write: attempt(() => writeFileSync(secret, 'x')),
    root: attempt(() => writeFileSync('/x', 'x')),
    processes: readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length,
    parent: attempt(() => process.kill(process.ppid, 0)),
    capabilities: /CapEff:\\s*(\\S+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1],
    network,
  }, () => process.exit(0));
});
`;

function withImports(): string {
  const from = (names: string, file: string) =>
    ['import', names, 'from', JSON.stringify(path.join(PROJECT, 'src/flow/query', file))].join(' ');
  return `${from('{ openUnnamed }', 'execute/segment-files.ts')};\n${from('{ StatementParser }', 'index.ts')};\n${CHILD}`;
}

async function prepare(folder: string): Promise<ConfinementOptions> {
  const [mountPoint, shared, code] = ['root', 'shared', 'code'].map((name) => path.join(folder, name));
  await Promise.all([mountPoint, shared, code].map((each) => mkdir(String(each))));
  await writeFile(path.join(String(shared), 'object'), 'sealed');
  await writeFile(path.join(folder, 'outside'), 'not for it');
  return {
    program: { command: process.execPath, arguments: [] },
    reads: [
      process.execPath,
      String(shared),
      path.join(PROJECT, 'src'),
      path.join(PROJECT, 'node_modules'),
      path.join(PROJECT, 'package.json'),
    ],
    mountPoint: String(mountPoint),
    memoryFiles: mebibytes(64),
  };
}

test('confine() leaves a program its memory, its inputs and its channel, and nothing else', async (t) => {
  const folder = await temporaryFolder(t);
  const options = await prepare(folder);
  const state = await probeConfinement(options, seconds(10), runProgram);
  if (!state.confined) return t.skip(`this machine does not confine: ${state.reason}: ${state.detail}`);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const script = ['--conditions=none', '--input-type=module', '-e', withImports()];
  const command = confine({ ...options, program: { command: process.execPath, arguments: script } });
  assert.ok(command !== null);
  const child = spawn(command.command, command.arguments, { env: {}, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  t.after(() => child.kill('SIGKILL'));
  const { port } = server.address() as AddressInfo;
  child.send({ secret: path.join(folder, 'shared/object'), outside: path.join(folder, 'outside'), port });
  const [answer] = (await once(child, 'message')) as [Record<string, unknown>];
  assert.deepEqual(
    { ...answer, parent: undefined },
    {
      parsed: 'parsed',
      shared: 'sealed',
      memoryFile: 'reached',
      password: 'ENOENT',
      outside: 'ENOENT',
      write: 'EROFS',
      root: 'EROFS',
      processes: 1,
      capabilities: '0000000000000000',
      network: 'ENETUNREACH',
      parent: undefined,
    },
  );
});

test('confine() names each path once, a folder before what is in it', () => {
  const command = confine({
    program: { command: '/a/node', arguments: ['x'] },
    reads: ['/a/b/c', '/a/b', '/a/b/', '/a/bc'],
    mountPoint: '/m',
    memoryFiles: mebibytes(1),
  });
  if (command === null) return;
  const own = command.arguments.filter((argument) => argument.startsWith('/a/'));
  assert.deepEqual(own, ['/a/b', '/a/bc', '/a/node']);
});

test('confine() ends the program when its command ends', async (t) => {
  const options = await prepare(await temporaryFolder(t));
  const state = await probeConfinement(options, seconds(10), runProgram);
  if (!state.confined) return t.skip(`this machine does not confine: ${state.reason}`);
  const program = { command: process.execPath, arguments: ['-e', 'setInterval(() => {}, 1000); console.log("up")'] };
  const command = confine({ ...options, program });
  assert.ok(command !== null);
  const child = spawn(command.command, command.arguments, { env: {}, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  // The pipe closes when nobody holds its other end: the program inside has ended too.
  await once(child.stdout, 'close');
});
