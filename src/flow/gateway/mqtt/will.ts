import { isUtf8 } from 'node:buffer';

/** What is recorded about a device if its connection ends without a goodbye. */
export interface Will {
  readonly detail: string;
  readonly delaySeconds: number;
}

/** Longest part of a will's payload that is recorded, in bytes. */
const MAX_DETAIL_BYTES = 1_024;

/** The payload of a will as text: itself where it is text, else hex; cut where it is long. */
export function willDetail(payload: Uint8Array): string {
  const cut = payload.subarray(0, MAX_DETAIL_BYTES);
  if (isUtf8(payload)) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(cut).replace(/\uFFFD$/, '');
  return cut.toHex();
}
