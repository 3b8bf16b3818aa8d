/** What `readFrame` found at a place in the bytes received. */
export const FrameResult = { Whole: 0, Short: 1, Malformed: 2, TooLarge: 3 } as const;
export type FrameResult = (typeof FrameResult)[keyof typeof FrameResult];

/** Where a packet's variable header begins and its payload ends; filled anew by each `readFrame`. */
export interface Frame {
  /** The first byte: type and flags. */
  head: number;
  start: number;
  end: number;
}

/**
 * Finds the next packet in bytes received, without copying.
 *
 * A packet that announces more than is allowed is told as soon as its length is there, before any of it is kept.
 *
 * @param at where the packet begins, at < data.length
 * @param maximum largest packet in bytes, header included
 * @param frame filled when the result is `Whole`; when it is `TooLarge` its head is set
 * @see MQTT 5 sections 1.5.5 and 2.1.4
 */
export function readFrame(data: Uint8Array, at: number, maximum: number, frame: Frame): FrameResult {
  const length = data.length;
  let position = at + 1;
  let remaining = 0;
  // Untrusted: at most four length bytes, each read only where it is.
  for (let shift = 0; ; shift += 7) {
    if (shift > 21) return FrameResult.Malformed;
    if (position >= length) return FrameResult.Short;
    const byte = data[position++]!;
    remaining |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      // A longer form than needed is malformed [MQTT-1.5.5-1].
      if (byte === 0 && shift > 0) return FrameResult.Malformed;
      break;
    }
  }
  frame.head = data[at]!;
  if (position - at + remaining > maximum) return FrameResult.TooLarge;
  if (position + remaining > length) return FrameResult.Short;
  frame.start = position;
  frame.end = position + remaining;
  return FrameResult.Whole;
}
