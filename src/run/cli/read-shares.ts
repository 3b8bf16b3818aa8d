import { readTextFile } from './read-text-file.ts';

/** Lines of a kit: never in arguments, where other programs can read them. */
export async function readShares(files: readonly string[]): Promise<readonly string[]> {
  const texts = await Promise.all(files.map((file) => readTextFile(file === '-' ? '/dev/stdin' : file)));
  return texts
    .flatMap((text) => text.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
