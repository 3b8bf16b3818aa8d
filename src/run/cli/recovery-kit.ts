import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandContext } from './command-context.ts';
import { CliError } from './errors.ts';

/**
 * The recovery kit as it is shown once.
 *
 * @param shares lines of which any `threshold` give the root key back
 */
export function recoveryKitText(shares: readonly string[], threshold: number): string {
  return [
    '',
    'recovery kit, shown this once: without passphrase and kit all data is lost',
    `any ${threshold} of these ${shares.length} lines give the root key back; give each to another person or place`,
    '',
    ...shares.map((share) => `  ${share}`),
    '',
    '',
  ].join('\n');
}

/**
 * Makes the folder of a kit, before there is a key whose kit could be lost.
 *
 * @throws {CliError} CLI_FILE_EXISTS if something is in it
 */
export async function prepareKitFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) {
    throw new CliError('CLI_FILE_EXISTS', `Cannot write recovery kit: ${folder} is not empty`, {
      hint: 'Name another folder with --recovery-kit',
    });
  }
}

/** Writes each share to a file of its own, readable by its owner alone, and gives their paths. */
export async function writeRecoveryKit(folder: string, shares: readonly string[]): Promise<readonly string[]> {
  const files = shares.map((_, index) => join(folder, `share-${index + 1}.txt`));
  for (const [index, file] of files.entries()) {
    await writeFile(file, `${shares[index]}\n`, { flag: 'wx', mode: 0o600 });
  }
  return files;
}

/** Shows a kit once, or writes it to the folder that was named for it. */
export async function handOutKit(
  context: CommandContext,
  shares: readonly string[],
  threshold: number,
  folder: string | undefined,
): Promise<void> {
  if (folder === undefined) {
    context.terminal.err(recoveryKitText(shares, threshold));
    if (!context.terminal.isTerminal)
      context.note('these lines did not go to a terminal: remove them from where they are kept');
    return;
  }
  const files = await writeRecoveryKit(folder, shares);
  context.note(
    `wrote the recovery kit to ${files.join(', ')}; any ${threshold} give the root key back: take them apart`,
  );
}
