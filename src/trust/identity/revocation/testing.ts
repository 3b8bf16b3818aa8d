import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openTrust } from '../../../../test/support/open-trust.ts';
import type { OpenTrust } from '../../../../test/support/open-trust.ts';
import { requireProgram } from '../../../../test/support/outside.ts';
import { runProgram } from '../../../../test/support/run-program.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';

type TestContext = Parameters<typeof requireProgram>[0] & Parameters<typeof openTrust>[0];

/** Two devices with certificates, and openssl to judge what is said of them. */
export interface StatusWorld extends OpenTrust {
  /** Serial numbers of devices `a` and `b`. */
  readonly serials: readonly [string, string];
  /** Puts bytes or text into a file and gives its path. */
  readonly file: (name: string, data: Uint8Array | string) => Promise<string>;
  /** Runs openssl with words; all that it wrote. */
  readonly openssl: (...words: readonly string[]) => Promise<string>;
}

/** For tests only. Files `a.pem`, `b.pem`, `issuing.pem` and `root.pem` are there. */
export async function openStatusWorld(
  t: TestContext,
  options: Parameters<typeof openTrust>[1] = {},
): Promise<StatusWorld> {
  const program = requireProgram(t, 'openssl');
  const trust = await openTrust(t, options);
  const folder = await temporaryFolder(t);
  const file: StatusWorld['file'] = async (name, data) => {
    await writeFile(join(folder, name), data);
    return join(folder, name);
  };
  const serials: string[] = [];
  for (const name of ['a', 'b']) {
    const { certificate, device } = await trust.identity.inventory.enrol({ name, type: 'reefer' }, 'person:p1');
    await file(`${name}.pem`, certificate);
    serials.push(device.serials[0] ?? '');
  }
  await file('root.pem', trust.identity.certificates.root);
  await file('issuing.pem', trust.identity.certificates.issuing[0] ?? '');
  return {
    ...trust,
    serials: [serials[0] ?? '', serials[1] ?? ''],
    file,
    openssl: async (...words) => {
      const { output, errors } = await runProgram({ command: program, arguments: words, cwd: folder }, 20_000);
      return output + errors;
    },
  };
}
