/** How large a device table is. All of it is reserved at once; memory is taken only as rows are touched. */
export interface DeviceTableSize {
  /** Rows: one per entry of the inventory, found by the entry's index. */
  readonly devices: number;
  /** Streams that can have records: those of the template, with room for templates to come. */
  readonly streams: number;
  /** Records: one per device and stream that has sent something. */
  readonly records: number;
  /** How many of the last `seq` of a device and stream are remembered. */
  readonly window: number;
  /** Fields per stream whose last value is remembered. */
  readonly stepped: number;
}

export const STREAM_NAME_BYTES = 64;

// Header, in 32-bit words.
export const H_VERSION = 0;
export const H_DEVICES = 1;
export const H_STREAMS = 2;
export const H_RECORDS = 3;
export const H_WINDOW = 4;
export const H_STEPPED = 5;
export const H_NEXT_RECORD = 6;
export const H_STREAM_COUNT = 7;
export const H_LOCK = 8;
export const H_EPOCH = 9;
export const H_KEY = 10;
export const HEADER_WORDS = 32;

// Device row, in 32-bit words; the record of each stream follows, plus one, zero for none.
export const D_FLAGS = 0;
export const D_EPOCH = 1;
export const D_CONNECTIONS = 2;
export const D_RECORDS = 4;

// Record: two words, then doubles, then two per stepped field (value, time), then the window: digests, marks.
export const R_LOCK = 0;
export const R_HAS_SEQ = 1;
export const R_DOUBLES = 8;
export const F_TOKENS = 0;
export const F_REFILLED = 1;
export const F_LAST_TIME = 2;
export const F_MAX_SEQ = 3;
export const F_FLOOR = 4;
/** Of the counter that falls behind: its last `seq`, the highest at that time, when, and how often they took turns. */
export const F_BEHIND_SEQ = 5;
export const F_BEHIND_MAX = 6;
export const F_BEHIND_TIME = 7;
export const F_BEHIND_TURNS = 8;
export const F_STEPPED = 9;

/** Where each part of the table starts, in bytes, and how large its rows are. All are multiples of eight. */
export interface DeviceTableLayout extends DeviceTableSize {
  readonly streamNames: number;
  readonly deviceRows: number;
  readonly deviceBytes: number;
  readonly recordRows: number;
  readonly recordBytes: number;
  readonly digests: number;
  readonly marks: number;
  readonly total: number;
}

/** Works out a table's layout from its size. */
export function layoutOf(size: DeviceTableSize): DeviceTableLayout {
  const eights = (n: number): number => Math.ceil(n / 8) * 8;
  const streamNames = HEADER_WORDS * 4;
  const deviceRows = streamNames + size.streams * (STREAM_NAME_BYTES + 8);
  const deviceBytes = eights((D_RECORDS + size.streams) * 4);
  const recordRows = deviceRows + size.devices * deviceBytes;
  const digests = R_DOUBLES + (F_STEPPED + size.stepped * 2) * 8;
  const marks = digests + size.window * 4;
  const recordBytes = eights(marks + size.window * 4);
  const total = recordRows + size.records * recordBytes;
  return {
    ...size,
    streamNames,
    deviceRows,
    deviceBytes,
    recordRows,
    recordBytes,
    digests,
    marks,
    total,
  };
}
