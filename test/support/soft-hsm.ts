import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requirePackage, requireProgram } from './outside.ts';
import type { SkippableTest } from './outside.ts';

/** Where Debian's packages put the module. */
const MODULES = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so'];

/** PIN of the user of every token. */
export const TOKEN_PIN = '4711-0815';

/** SoftHSM 2 with a token in a folder of its own. The module reads its settings once in a process: one for a test file. */
export class SoftHsm {
  readonly folder: string;
  readonly module: string = MODULES.find((path) => existsSync(path)) ?? '';
  #token: string | null = null;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the folder and names it to this process and its children; nothing has to be installed for that. */
  static async prepare(): Promise<SoftHsm> {
    const folder = await mkdtemp(join(tmpdir(), 'weir-hsm-'));
    await mkdir(join(folder, 'tokens'));
    const settings = join(folder, 'softhsm2.conf');
    await writeFile(settings, `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\n`);
    process.env['SOFTHSM2_CONF'] = settings;
    return new SoftHsm(folder);
  }

  /**
   * The label of the token; the module looks for tokens once, so that there is one for all tests of a file.
   * Skips the test where SoftHSM or the package that speaks to it is not there.
   */
  token(t: SkippableTest): string {
    const program = requireProgram(t, 'softhsm2-util');
    requirePackage(t, 'pkcs11js');
    if (this.#token !== null) return this.#token;
    const label = 'weir-test';
    const words = ['--init-token', '--free', '--label', label, '--pin', TOKEN_PIN, '--so-pin', '0815-4711'];
    const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`softhsm2-util failed: ${stderr}`);
    return (this.#token = label);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
