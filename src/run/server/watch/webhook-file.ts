import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServerError } from '../errors.ts';

const MOST_CHARACTERS = 65_536;

/**
 * Reads a file that a webhook names: its secret, or the certificates of its authority.
 *
 * @param folder that of the data directory: a template names a file in it and cannot have others read
 * @throws {ServerError} SERVER_WEBHOOK_FILE
 */
export async function readWebhookFile(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ServerError('SERVER_WEBHOOK_FILE', `Cannot send alerts: ${path} is not readable`, {
      cause,
      hint: 'Put the file there, readable by the platform alone',
    });
  });
  if (text.length > MOST_CHARACTERS)
    throw new ServerError('SERVER_WEBHOOK_FILE', `Cannot send alerts: ${path} is too long`);
  return text;
}
