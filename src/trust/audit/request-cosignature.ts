import { decodeUtf8, hasCode } from '#base/core/index.ts';
import { formatSignatureLine, parseSignatureLine } from '#base/crypto/index.ts';
import type { NoteVerifier } from '#base/crypto/index.ts';
import type { SignedCheckpoint } from './checkpoint.ts';
import { formatAddCheckpoint } from './witness-request.ts';

/** What came of asking a witness. */
export type CosignatureAnswer =
  /** The checkpoint with the witness's lines under it. */
  | { readonly outcome: 'cosigned'; readonly note: string }
  /** The witness has cosigned a larger tree than this log has: the log has lost entries, or a copy of it runs elsewhere. */
  | { readonly outcome: 'ahead'; readonly size: number }
  /** The witness does not watch this log, holds it for forked, or answered what is no cosignature. */
  | { readonly outcome: 'refused'; readonly status: number }
  | { readonly outcome: 'unreachable'; readonly cause: unknown };

export interface CosignatureRequest {
  /** The witness's submission prefix. */
  readonly url: string;
  /** The witness's keys: only lines of theirs that verify are taken. */
  readonly witness: readonly NoteVerifier[];
  readonly checkpoint: SignedCheckpoint;
  /** The hashes that prove the checkpoint to have grown from a size. */
  readonly proofFrom: (oldSize: number) => Promise<readonly Uint8Array[]>;
  /** The size that the witness last cosigned, as far as the caller knows; 0 asks it. */
  readonly knownSize: number;
  readonly request?: typeof fetch;
  readonly signal?: AbortSignal;
}

/** Longer answers are not read: a line for each key that a witness may have. */
const ANSWER_LIMIT = 65_536;

/**
 * Asks a witness to cosign a checkpoint; where it stands at another size than thought, once more from there.
 *
 * @see C2SP tlog-witness, «add-checkpoint»
 */
export async function requestCosignature(options: CosignatureRequest): Promise<CosignatureAnswer> {
  const { checkpoint } = options;
  let oldSize = Math.min(options.knownSize, checkpoint.size);
  try {
    for (let attempt = 0; attempt < 2; attempt++) {
      const { status, body } = await post(options, oldSize);
      if (status === 200) return accept(options, body);
      const size = status === 409 ? Number(/^(0|[1-9][0-9]{0,15})\n$/.exec(body)?.[1]) : Number.NaN;
      if (Number.isSafeInteger(size) && size > checkpoint.size) return { outcome: 'ahead', size };
      if (!Number.isSafeInteger(size) || attempt === 1) return { outcome: 'refused', status };
      oldSize = size;
    }
    return { outcome: 'refused', status: 409 };
  } catch (cause) {
    return { outcome: 'unreachable', cause };
  }
}

async function post(options: CosignatureRequest, oldSize: number): Promise<{ status: number; body: string }> {
  const { url, checkpoint, proofFrom, signal } = options;
  const proof = oldSize === 0 || oldSize === checkpoint.size ? [] : await proofFrom(oldSize);
  const response = await (options.request ?? fetch)(`${url.replace(/\/+$/, '')}/add-checkpoint`, {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: formatAddCheckpoint({ oldSize, proof, note: checkpoint.note }),
    ...(signal && { signal }),
  });
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > ANSWER_LIMIT) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return { status: response.status, body: decodeUtf8(Buffer.concat(chunks)) };
}

/** Takes the lines of the witness's keys that verify; without one the answer is none. */
function accept({ witness, checkpoint }: CosignatureRequest, body: string): CosignatureAnswer {
  let lines = '';
  for (const text of body.split('\n')) {
    const line = tryParseLine(text);
    const key = witness.find((verifier) => verifier.name === line?.name && verifier.keyId === line.keyId);
    if (line === null || key === undefined) continue;
    if (!key.isValid(checkpoint.text, line.signature)) return { outcome: 'refused', status: 200 };
    lines += formatSignatureLine(line);
  }
  return lines === '' ? { outcome: 'refused', status: 200 } : { outcome: 'cosigned', note: checkpoint.note + lines };
}

function tryParseLine(text: string): ReturnType<typeof parseSignatureLine> | null {
  try {
    return parseSignatureLine(text);
  } catch (error) {
    if (hasCode(error, 'CRYPTO_NOTE_MALFORMED')) return null;
    throw error;
  }
}
