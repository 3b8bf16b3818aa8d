import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { compileFunction } from 'node:vm';
import { fencesOf } from '../../tools/markdown.ts';

/** Whether a message is from who has the secret, and of this moment. */
export type VerifyWebhook = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
  secret: string,
  now?: number,
) => boolean;

const PAGE = new URL('../../docs/tasks/read-an-alert.md', import.meta.url);
const IMPORTS = "import { createHmac, timingSafeEqual } from 'node:crypto';";

/** The receiver of webhooks that the docs show, word for word but for how a module names what it takes and gives. */
export async function receiverOfTheDocs(): Promise<VerifyWebhook> {
  const shown = fencesOf(await readFile(PAGE, 'utf8')).filter(
    ({ info, text }) => info === 'js' && /verify\(/.test(text),
  );
  const [receiver] = shown;
  if (receiver === undefined || shown.length > 1) throw new Error(`the page shows ${shown.length} receivers`);
  if (!receiver.text.startsWith(IMPORTS)) throw new Error('the receiver of the page takes something else from Node');
  const body = receiver.text.slice(IMPORTS.length).replace('export function verify', 'return function verify');
  const make = compileFunction(body, ['createHmac', 'timingSafeEqual', 'Buffer']) as (
    ...given: unknown[]
  ) => VerifyWebhook;
  return make(createHmac, timingSafeEqual, Buffer);
}
