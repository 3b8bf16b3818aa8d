import type { WireFormat } from '#flow/ingest/index.ts';

const TYPES: ReadonlyMap<string, WireFormat> = new Map([
  ['application/json', 'json'],
  ['text/json', 'json'],
  ['application/x-ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['application/cbor', 'cbor'],
  ['application/senml+json', 'senml+json'],
  ['application/senml+cbor', 'senml+cbor'],
]);

/**
 * The format that a media type names; null where streams do not take it. Parameters are not looked at.
 *
 * @see RFC 8259 section 11, RFC 8949 section 9.5, RFC 8428 section 12.3
 */
export function formatOfMediaType(type: string): WireFormat | null {
  const semicolon = type.indexOf(';');
  return TYPES.get((semicolon === -1 ? type : type.slice(0, semicolon)).trim().toLowerCase()) ?? null;
}

/**
 * The format of a payload that says nothing of it: CBOR where the first byte starts a map or an array, else JSON.
 * No JSON text starts with those bytes, for none of them begins a character in UTF-8.
 *
 * @see RFC 8949 section 3.1, major types 4 and 5
 */
export function sniffFormat(firstByte: number | undefined): WireFormat {
  return firstByte !== undefined && firstByte >= 0x80 && firstByte <= 0xbf ? 'cbor' : 'json';
}
