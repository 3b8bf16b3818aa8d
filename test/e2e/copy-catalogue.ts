import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The catalogue's files from one folder to another, those of the write-ahead log among them. */
export async function copyCatalogue(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of ['catalogue.db', 'catalogue.db-wal', 'catalogue.db-shm']) {
    await rm(join(to, name), { force: true });
    await cp(join(from, name), join(to, name)).catch(() => {});
  }
}
