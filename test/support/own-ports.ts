import { once } from 'node:events';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Below what systems give to outgoing connections (32768 on Linux, 49152 by RFC 6335), above what services use. */
const FIRST = 12_000;
const PORTS = 20_000;

/** Who has which port: a file each, with the id of its process. */
const CLAIMS = join(tmpdir(), 'weir-test-ports');

/**
 * Ports of 127.0.0.1 for one that stops and starts again on the same ones. Those that the system assigns go to any
 * connection of any test while nobody listens on them; these no other test takes until they are released.
 */
export class OwnPorts implements AsyncDisposable {
  readonly ports: readonly number[];

  private constructor(ports: readonly number[]) {
    this.ports = ports;
  }

  static async claim(count: number): Promise<OwnPorts> {
    await mkdir(CLAIMS, { recursive: true });
    const ports: number[] = [];
    // Processes begin at different places, so that they seldom ask for the same.
    for (let i = 0; ports.length < count && i < PORTS; i++) {
      const port = FIRST + ((process.pid * 97 + i) % PORTS);
      if (!(await claim(port))) continue;
      if (await isFree(port)) ports.push(port);
      else await rm(join(CLAIMS, String(port)));
    }
    if (ports.length < count) throw new Error(`${count} ports are wanted, and ${ports.length} are free`);
    return new OwnPorts(ports);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const port of this.ports) await rm(join(CLAIMS, String(port)), { force: true });
  }
}

async function claim(port: number): Promise<boolean> {
  const path = join(CLAIMS, String(port));
  try {
    await using file = await open(path, 'wx');
    await file.writeFile(String(process.pid));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // What a process left that was killed is taken away, for whoever asks next.
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    if (owner > 0 && !isAlive(owner)) await rm(path, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
