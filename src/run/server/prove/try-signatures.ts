import type { SignatureTrial } from '#assure/controls/index.ts';
import type { Credential } from './credential.ts';
import { callHttps, signedFields } from './https-call.ts';
import type { HttpsCall } from './https-call.ts';

/**
 * Asks for the same thing without a signature, with one, with that one again, and with one that was made for something
 * else: the statuses of the answers.
 *
 * @param call a request without a body that the credential may make
 */
export async function trySignatures(
  call: Omit<HttpsCall, 'signature' | 'body'> & { readonly credential: Credential },
): Promise<SignatureTrial> {
  const { method, url, credential } = call;
  const ask = async (signature: Readonly<Record<string, string>>): Promise<number> =>
    (await callHttps({ ...call, body: null, signature })).status;
  const fields = signedFields(method, url, null, credential);
  const elsewhere = signedFields(method, new URL('/v1/elsewhere', url), null, credential);
  return {
    unsigned: await ask({}),
    signed: await ask(fields),
    replayed: await ask(fields),
    altered: await ask(elsewhere),
  };
}
