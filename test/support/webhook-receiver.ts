import { readFile } from 'node:fs/promises';
import { fencesOf } from '../../tools/markdown.ts';

/** Whether a message is from who has the secret, and of this moment. */
export type VerifyWebhook = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
  secret: string,
  now?: number,
) => boolean;

const PAGE = new URL('../../docs/tasks/read-an-alert.md', import.meta.url);

/** The receiver that the docs show, as somebody copies it. */
export async function receiverOfTheDocs(): Promise<VerifyWebhook> {
  const shown = fencesOf(await readFile(PAGE, 'utf8')).filter(
    ({ info, text }) => info === 'js' && /verify\(/.test(text),
  );
  if (shown.length !== 1) throw new Error(`the page shows ${shown.length} receivers of webhooks`);
  const module: unknown = await import(`data:text/javascript,${encodeURIComponent(shown[0]!.text)}`);
  return (module as { readonly verify: VerifyWebhook }).verify;
}
