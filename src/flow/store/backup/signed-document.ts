import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { concatBytes, decodeUtf8, encodeUtf8, equalBytes } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { sha256, sha256Hex } from '#base/crypto/index.ts';
import { BackupError, damaged } from './errors.ts';

/** Type of the statement that is signed over a document of a backup. */
export const BACKUP_TYPE = 'application/vnd.weir.backup.v1+json';

export type DocumentKind = 'manifest' | 'ring';

/** Signs a statement as an envelope (DSSE). */
export type SignEnvelope = (type: string, statement: Json) => Promise<string>;
/** Gives what an envelope says once its signatures hold, or throws. */
export type OpenEnvelope = (text: string) => { readonly type: string; readonly statement: Json };

const MAGIC = encodeUtf8('WEIRBK1\n');
const HEADER = MAGIC.length + 4;
/** SHA-256 over all before: not everything in an envelope is signed, and a flipped bit shall be found wherever it is. */
const CHECKSUM = 32;
const MOST_ENVELOPE = 65_536;
/** A million segments stay below. */
const MOST_BODY = 1_073_741_824;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** The body as JSON, compressed, behind an envelope that is signed over its digest. */
export async function encodeDocument(
  kind: DocumentKind,
  body: { readonly target: string; readonly snapshot: string },
  sign: SignEnvelope,
): Promise<Uint8Array> {
  const bytes = await compress(encodeUtf8(JSON.stringify(body)), {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
  });
  const { target, snapshot } = body;
  const statement = { format: 'weir.backup', version: 1, kind, target, snapshot, digest: sha256Hex(bytes) };
  const envelope = encodeUtf8(await sign(BACKUP_TYPE, statement));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, envelope.length);
  const all = concatBytes([MAGIC, length, envelope, bytes]);
  return concatBytes([all, sha256(all)]);
}

/** A document that was taken apart and is not believed yet. */
export interface UnverifiedDocument<T> {
  readonly envelope: string;
  readonly body: T;
  /** Gives the body once the envelope was signed over it, as a document of this kind. */
  verify(open: OpenEnvelope): T;
}

/**
 * @param bytes untrusted
 * @throws {BackupError} BACKUP_DAMAGED, BACKUP_NEWER
 */
export async function decodeDocument<T extends { readonly target: string; readonly snapshot: string }>(
  kind: DocumentKind,
  bytes: Uint8Array,
): Promise<UnverifiedDocument<T>> {
  const end = bytes.length - CHECKSUM;
  if (end < HEADER || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) {
    throw damaged(`its ${kind} has another form`);
  }
  if (!equalBytes(sha256(bytes.subarray(0, end)), bytes.subarray(end))) throw damaged(`its ${kind} was changed`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length);
  if (length > MOST_ENVELOPE || HEADER + length > end) throw damaged(`its ${kind} has another form`);
  const envelope = decodeUtf8(bytes.subarray(HEADER, HEADER + length));
  const compressed = bytes.subarray(HEADER + length, end);
  const body = await parseBody<T>(kind, compressed);
  return {
    envelope,
    body,
    verify: (open) => {
      const { type, statement } = opened(kind, envelope, open);
      const { format, version, kind: said, target, snapshot, digest } = statement;
      if (type !== BACKUP_TYPE || format !== 'weir.backup')
        throw damaged(`the envelope of its ${kind} holds something else`);
      if (version !== 1) {
        throw new BackupError('BACKUP_NEWER', 'Cannot read the backup: a later version wrote it', {
          hint: 'Run the version of Weir that wrote it, or a later one',
        });
      }
      const isMeant = said === kind && target === body.target && snapshot === body.snapshot;
      if (!isMeant || digest !== sha256Hex(compressed)) throw damaged(`its ${kind} was changed`);
      return body;
    },
  };
}

function opened(
  kind: DocumentKind,
  envelope: string,
  open: OpenEnvelope,
): { readonly type: string; readonly statement: Readonly<Record<string, Json>> } {
  try {
    const { type, statement } = open(envelope);
    if (typeof statement !== 'object' || statement === null) throw new TypeError('no statement');
    return { type, statement: statement as Readonly<Record<string, Json>> };
  } catch (cause) {
    throw damaged(`the signature of its ${kind} does not hold`, cause);
  }
}

async function parseBody<T>(kind: DocumentKind, compressed: Uint8Array): Promise<T> {
  try {
    const text = decodeUtf8(await decompress(compressed, { maxOutputLength: MOST_BODY }));
    const body = JSON.parse(text) as T;
    if (typeof body !== 'object' || body === null) throw new TypeError('no object');
    return body;
  } catch (cause) {
    throw damaged(`its ${kind} cannot be read`, cause);
  }
}
