import { sha256 } from '#base/crypto/index.ts';
import { hasCode } from '#base/core/index.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { JournalError } from './errors.ts';

const MAGIC = 'WEIRJRN1';
export const FILE_VERSION = 1;
/** No header is longer: names in it are at most 64 characters. */
export const HEADER_LIMIT = 512;
/** Bytes of a chain value: each frame is bound to the tag before it, the first to the header's digest. */
export const CHAIN_LENGTH = 16;

/** What a journal or quarantine file says about itself, in clear; bound into its first frame. */
export interface FileHeader {
  readonly kind: 'journal' | 'quarantine';
  /** Also the handle by which the key ring finds the file's key. */
  readonly fileId: string;
  /** Id of the process start that wrote it; ids of later starts sort behind. */
  readonly start: string;
  readonly worker: number;
  /** Epoch microseconds. */
  readonly created: number;
  /** The file that the same writer wrote before this one, and where its durable part ends. */
  readonly previous: { readonly fileId: string; readonly end: number } | null;
}

/** Layout: magic, version, kind, length of the whole, worker, time of creation, names, end of the previous file. */
export function encodeHeader(header: FileHeader): Uint8Array {
  const out = new ByteWriter();
  out.raw(Buffer.from(MAGIC));
  out.u16(FILE_VERSION);
  out.u16(header.kind === 'journal' ? 1 : 2);
  const length = out.skip(4);
  out.u32(header.worker);
  out.f64(header.created);
  out.shortText(header.fileId);
  out.shortText(header.start);
  out.shortText(header.previous?.fileId ?? '');
  out.f64(header.previous?.end ?? 0);
  out.setU32(length, out.length);
  return new Uint8Array(out.view());
}

/**
 * The header at the start of a file, its length and the chain value that the first frame is bound to.
 *
 * @returns null where the bytes end before the header does: a file whose making was cut short
 * @throws {JournalError} JOURNAL_FILE_INVALID where they are no header of a known version
 */
export function decodeHeader(
  file: string,
  bytes: Uint8Array,
): { header: FileHeader; length: number; chain: Uint8Array } | null {
  const broken = (why: string): JournalError =>
    new JournalError('JOURNAL_FILE_INVALID', `Cannot read journal file ${file}: ${why}`);
  if (bytes.length < 16) return null;
  if (Buffer.from(bytes.subarray(0, 8)).toString('latin1') !== MAGIC) throw broken('it does not start as one');
  const fixed = new ByteReader(bytes.subarray(8));
  const version = fixed.u16();
  if (version !== FILE_VERSION) throw broken(`it is of version ${version}, and this reader knows ${FILE_VERSION}`);
  const kind = fixed.u16();
  const length = fixed.u32();
  if (length > HEADER_LIMIT || kind < 1 || kind > 2) throw broken('its header is damaged');
  if (bytes.length < length) return null;
  try {
    const input = new ByteReader(bytes.subarray(16, length));
    const [worker, created, fileId, start] = [input.u32(), input.f64(), input.shortText(), input.shortText()];
    const [before, end] = [input.shortText(), input.f64()];
    input.end();
    const previous = before === '' ? null : { fileId: before, end };
    const header: FileHeader = {
      kind: kind === 1 ? 'journal' : 'quarantine',
      fileId,
      start,
      worker,
      created,
      previous,
    };
    return { header, length, chain: sha256(bytes.subarray(0, length)).subarray(0, CHAIN_LENGTH) };
  } catch (error) {
    if (hasCode(error, 'JOURNAL_RECORD_INVALID')) throw broken('its header is damaged');
    throw error;
  }
}
