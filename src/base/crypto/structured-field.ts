import { CryptoError } from './errors.ts';

/** A bare item: text of a string, a whole number, bytes, a boolean. Tokens and decimals are not used here. */
export type BareItem = string | number | boolean | Uint8Array;
export type Parameters = ReadonlyMap<string, BareItem>;

/** A list in a dictionary: strings, each with its parameters, and the parameters of the whole. */
export interface InnerList {
  readonly items: readonly { readonly value: string; readonly parameters: Parameters }[];
  readonly parameters: Parameters;
  /** The member as it came, which a signature covers. */
  readonly source: string;
}

const MOST_CHARACTERS = 8_192;
const MOST_MEMBERS = 32;

const KEY = /[a-z*][a-z0-9_.*-]*/y;
const STRING = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y;
const INTEGER = /-?[0-9]{1,15}(?![0-9.])/y;
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y;
const BOOLEAN = /\?([01])/y;

/** Reads one text from left to right; what does not fit ends it. */
class Reader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at = pattern.lastIndex;
    return found;
  }

  take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  expect(pattern: RegExp): RegExpExecArray {
    return this.match(pattern) ?? malformed();
  }

  skipSpaces(): void {
    while (this.take(' '));
  }

  key(): string {
    return this.expect(KEY)[0];
  }

  bareItem(): BareItem {
    const string = this.match(STRING);
    if (string !== null) return string[1]!.replaceAll(/\\(["\\])/g, '$1');
    const bytes = this.match(BYTES);
    if (bytes !== null) return new Uint8Array(Buffer.from(bytes[1]!, 'base64'));
    const boolean = this.match(BOOLEAN);
    if (boolean !== null) return boolean[1] === '1';
    return Number(this.expect(INTEGER)[0]);
  }

  parameters(): Parameters {
    const parameters = new Map<string, BareItem>();
    while (this.take(';')) {
      this.skipSpaces();
      const name = this.key();
      if (parameters.has(name) || parameters.size >= MOST_MEMBERS) malformed();
      parameters.set(name, this.take('=') ? this.bareItem() : true);
    }
    return parameters;
  }

  innerList(): InnerList {
    const start = this.at;
    if (!this.take('(')) malformed();
    const items: { value: string; parameters: Parameters }[] = [];
    for (this.skipSpaces(); !this.take(')'); this.skipSpaces()) {
      const value = this.bareItem();
      if (typeof value !== 'string' || items.length >= MOST_MEMBERS) malformed();
      items.push({ value, parameters: this.parameters() });
      if (this.text[this.at] !== ' ' && this.text[this.at] !== ')') malformed();
    }
    const parameters = this.parameters();
    return { items, parameters, source: this.text.slice(start, this.at) };
  }
}

/**
 * Parses a dictionary whose members are inner lists of strings, as `Signature-Input` is.
 *
 * @param field untrusted; lines of one field joined with commas
 * @throws {CryptoError} CRYPTO_FIELD_INVALID where it is none, has a member twice or is too long
 * @see RFC 9651 section 4.2.2
 */
export function parseInnerLists(field: string): ReadonlyMap<string, InnerList> {
  return parseDictionary(field, (reader) => reader.innerList());
}

/**
 * Parses a dictionary whose members are byte sequences, as `Signature` and `Content-Digest` are.
 *
 * @throws {CryptoError} CRYPTO_FIELD_INVALID
 */
export function parseByteSequences(field: string): ReadonlyMap<string, Uint8Array> {
  return parseDictionary(field, (reader) => {
    const value = reader.bareItem();
    if (!(value instanceof Uint8Array)) return malformed();
    reader.parameters();
    return value;
  });
}

function parseDictionary<T>(field: string, member: (reader: Reader) => T): ReadonlyMap<string, T> {
  if (field.length > MOST_CHARACTERS) malformed();
  const reader = new Reader(field.trim());
  const members = new Map<string, T>();
  while (!reader.done) {
    const key = reader.key();
    if (!reader.take('=') || members.has(key) || members.size >= MOST_MEMBERS) malformed();
    members.set(key, member(reader));
    reader.skipSpaces();
    if (reader.done) break;
    if (!reader.take(',')) malformed();
    reader.skipSpaces();
    if (reader.done) malformed();
  }
  return members;
}

function malformed(): never {
  throw new CryptoError('CRYPTO_FIELD_INVALID', 'Cannot read field: it is not of the form that RFC 9651 gives it');
}
