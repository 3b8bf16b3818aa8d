/** A segment as it lies in the backup: the very bytes of the object store. */
export interface BackupSegment {
  readonly id: string;
  readonly stream: string;
  /** Key of the object, here and there. */
  readonly key: string;
  readonly size: number;
  /** Hex SHA-256 of the object. */
  readonly digest: string;
}

/** Sealed bytes of a part of a file. */
export interface BackupPart {
  /** Hex SHA-256 of the sealed bytes, by which they are found. */
  readonly blob: string;
  readonly size: number;
}

/** A file of the data directory, sealed in parts. */
export interface BackupFile {
  /** `catalogue.db`, or `audit/` and a path within the log. */
  readonly path: string;
  /** Of the file itself. */
  readonly size: number;
  readonly digest: string;
  /** Which key of the ring opens it: that of this snapshot alone, or that of the target. */
  readonly sealedBy: 'snapshot' | 'target';
  readonly parts: readonly BackupPart[];
}

/** What a snapshot consists of. `docs/formats/backup.md` describes each member. */
export interface BackupManifest {
  readonly target: string;
  /** 32 hex digits that rise with time. */
  readonly snapshot: string;
  /** RFC 3339: all that was acknowledged before is in it. */
  readonly at: string;
  readonly deployment: string;
  /** Version of the program that wrote it. */
  readonly program: string;
  readonly template: { readonly name: string; readonly digest: string };
  /** How long the log is, and its checkpoint as a signed note. */
  readonly log: { readonly origin: string; readonly size: number; readonly checkpoint: string };
  readonly segments: readonly BackupSegment[];
  /** Segments of the catalogue whose objects were damaged or missing when it was made, by id. */
  readonly missing: readonly string[];
  readonly files: readonly BackupFile[];
}

/** Bytes of a backup, as sealed. */
export function sizeOf({ segments, files }: BackupManifest): number {
  const sealed = files.flatMap(({ parts }) => parts);
  return [...segments, ...sealed].reduce((sum, { size }) => sum + size, 0);
}

/** Keys of all objects that a snapshot needs, besides manifest and ring. */
export function blobsOf({ files }: BackupManifest): ReadonlySet<string> {
  return new Set(files.flatMap(({ parts }) => parts.map(({ blob }) => blob)));
}
