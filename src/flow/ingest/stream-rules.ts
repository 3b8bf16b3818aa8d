import { RE2JS } from 're2js';
import { SYSTEM_COLUMNS, encodeUtf8 } from '#base/core/index.ts';
import type { ColumnShape } from '#base/core/index.ts';
import { intakeFields, tokenDomainOf } from '#declare/template/index.ts';
import type { Field, Limits, Stream, Template } from '#declare/template/index.ts';
import type { StreamConsents } from '#trust/consent/index.ts';
import { IngestError } from './errors.ts';
import type { Tokeniser } from './tokeniser.ts';
import { windowLayoutOf } from './windows/window-layout.ts';
import type { WindowLayout } from './windows/window-layout.ts';

/** Type of a field as a small number, for the loops that run per value. */
export const TYPE = Object.freeze({ number: 0, integer: 1, boolean: 2, text: 3, time: 4 });

/** One declared field, compiled for checking. */
export interface FieldRule {
  readonly name: string;
  readonly type: number;
  readonly nullable: boolean;
  /** Class `secret`: any value refuses the reading, and there is no column. */
  readonly secret: boolean;
  /** For nothing that anybody uses: whatever comes is neither checked nor stored. */
  readonly withheld: boolean;
  readonly low: number;
  readonly high: number;
  /** Place among the stream's stepped fields, or -1. */
  readonly stepped: number;
  readonly stepPerSecond: number;
  readonly maxLength: number;
  readonly enum: ReadonlySet<string> | null;
  readonly matches: ((text: string) => boolean) | null;
  /** Grid that the value is rounded to, 0 where none is declared. */
  readonly grid: number;
  /** What replaces its values by tokens; null where they are stored as they are. */
  readonly tokens: Tokeniser | null;
  /** Whether a text is of the format that its tokens keep; null where they keep none. */
  readonly format: ((text: string) => boolean) | null;
  /** Whether the vault keeps its originals. */
  readonly vaulted: boolean;
  /** Domain of its tokens; empty where it has none. */
  readonly domain: string;
}

/** One declared stream, compiled for checking. */
export interface StreamRules {
  readonly name: string;
  readonly from: ReadonlySet<string>;
  readonly fields: readonly FieldRule[];
  /** Names of members by their place: the fields, then `time`, then `seq`. */
  readonly memberNames: readonly string[];
  readonly memberBytes: readonly Uint8Array[];
  readonly members: ReadonlyMap<string, number>;
  readonly ranged: readonly number[];
  readonly steps: readonly number[];
  readonly coarsened: readonly number[];
  readonly tokenised: readonly number[];
  /** Grid of the times of readings and of their receipt, in microseconds; 0 for none. */
  readonly timeGrid: number;
  /** Fields of which not every value is stored: those that are withheld, and those that not everybody agrees to. */
  readonly mayBeWithheld: readonly number[];
  /** Place of the field that names the person, and who agrees; null where readings need no consent. */
  /** Those of the tokenised fields whose originals the vault keeps. */
  readonly vaulted: readonly number[];
  readonly consent: ConsentRule | null;
  /** Microseconds. */
  readonly late: number;
  readonly early: number;
  readonly perSecond: number;
  readonly burst: number;
  /** How readings become rows of windows; null where each is stored. */
  readonly windows: WindowRule | null;
  readonly refuseUndeclared: boolean;
  readonly disconnect: boolean;
  /** UTF-16 code units of the longest text that may be anywhere in a payload. */
  readonly textLimit: number;
  readonly limits: Limits;
}

/** A layout of windows, with the places of its fields in a row. */
export interface WindowRule {
  readonly layout: WindowLayout;
  readonly by: readonly number[];
  readonly of: readonly number[];
}

/** Who agrees to a stream's purposes; undefined where nothing is known of consents, which then nobody has given. */
export type FindConsents = (stream: Stream) => Pick<StreamConsents, 'standing'> | undefined;

/** What a stream asks of people. */
export interface ConsentRule {
  /** Place of the field that names the person. */
  readonly subject: number;
  readonly given: Pick<StreamConsents, 'standing'>;
  readonly limited: readonly { readonly at: number; readonly purposes: number }[];
}

/** The tokeniser of a domain; undefined where its key is not there. */
export type FindTokeniser = (domain: string) => Tokeniser | undefined;

/**
 * Compiles a stream of a template.
 *
 * @throws {IngestError} INGEST_PATTERN_INVALID; INGEST_TOKEN_KEY_MISSING where a field is to be tokenised without a key
 */
export function compileStream(
  stream: Stream,
  limits: Limits,
  tokeniserOf: FindTokeniser = () => undefined,
  consentsOf: FindConsents = () => undefined,
  since = 0,
): StreamRules {
  let stepped = 0;
  const fields = intakeFields(stream).map((field) =>
    compileField(stream, field, field.step === null ? -1 : stepped++, tokeniserOf),
  );
  const limited = limitedFields(stream);
  const memberNames = [...fields.map((field) => field.name), 'time', 'seq'];
  const where = (test: (field: FieldRule) => boolean): number[] =>
    fields.flatMap((field, i) => (test(field) && !field.withheld ? [i] : []));
  return {
    name: stream.name,
    from: new Set(stream.from),
    fields,
    memberNames,
    memberBytes: memberNames.map((name) => encodeUtf8(name)),
    members: new Map(memberNames.map((name, i) => [name, i])),
    ranged: where((field) => field.low !== -Infinity || field.high !== Infinity),
    steps: where((field) => field.stepped !== -1),
    coarsened: where((field) => field.grid !== 0),
    tokenised: where((field) => field.tokens !== null),
    consent:
      stream.basis === 'consent'
        ? {
            subject: fields.findIndex(({ name }) => name === stream.subject),
            given: consentsOf(stream) ?? NOBODY,
            limited,
          }
        : null,
    vaulted: where((field) => field.vaulted),
    timeGrid: (stream.coarsenTime ?? 0) * 1_000,
    mayBeWithheld: fields.flatMap((field, i) => (field.withheld || limited.some(({ at }) => at === i) ? [i] : [])),
    late: stream.accept.late * 1_000,
    early: stream.accept.early * 1_000,
    perSecond: stream.rate.perSecond,
    burst: stream.rate.burst,
    windows: windowRuleOf(
      windowLayoutOf(stream, since),
      fields.map(({ name }) => name),
    ),
    refuseUndeclared: stream.undeclared === 'refuse',
    disconnect: stream.onRefusal === 'disconnect',
    textLimit: longestText(stream, limits),
    limits,
  };
}

function windowRuleOf(layout: WindowLayout | null, fields: readonly string[]): WindowRule | null {
  if (layout === null) return null;
  const placesOf = (named: readonly { readonly name: string }[]) => named.map(({ name }) => fields.indexOf(name));
  return { layout, by: placesOf(layout.by), of: placesOf(layout.of) };
}

const NOBODY = { standing: () => 0 };

/** Fields that are for some purposes of a stream alone, with these as bits by the purpose's place in the stream. */
function limitedFields(stream: Stream): ConsentRule['limited'] {
  const { basis, purposes } = stream;
  if (basis !== 'consent') return [];
  return intakeFields(stream).flatMap((field, at) => {
    if (field.purposes === undefined || field.withheld === true || field.class === 'secret') return [];
    const bits = field.purposes.map((purpose) => (purposes.includes(purpose) ? 1 << purposes.indexOf(purpose) : 0));
    return [{ at, purposes: bits.reduce((all, bit) => all | bit, 0) }];
  });
}

/** A field may declare a longer text than the limit for texts that declare none. */
function longestText(stream: Stream, limits: Limits): number {
  return Math.max(limits.textLength, ...intakeFields(stream).map((field) => field.maxLength));
}

function compileField(stream: Stream, field: Field, stepped: number, tokeniserOf: FindTokeniser): FieldRule {
  const { token } = field;
  const format =
    token?.kind === 'format'
      ? compilePattern(stream.name, field.name, formatPattern(token.alphabet, token.length))
      : null;
  return {
    name: field.name,
    type: TYPE[field.type],
    nullable: field.nullable,
    secret: field.class === 'secret',
    withheld: field.withheld === true && field.class !== 'secret',
    low: field.range?.[0] ?? -Infinity,
    high: field.range?.[1] ?? Infinity,
    stepped,
    stepPerSecond: field.step?.perSecond ?? Infinity,
    maxLength: field.maxLength,
    enum: field.enum === null ? null : new Set(field.enum),
    matches: matchesOf(stream.name, field, format),
    grid: field.coarsen ?? 0,
    tokens: tokensOf(stream, field, tokeniserOf),
    format,
    vaulted: token?.kind === 'reversible' && tokenDomainOf(stream.name, field) !== null,
    domain: tokenDomainOf(stream.name, field) ?? '',
  };
}

/** An identifier without a key is not taken as it is. */
function tokensOf(stream: Stream, field: Field, tokeniserOf: FindTokeniser): Tokeniser | null {
  const domain = tokenDomainOf(stream.name, field);
  if (domain === null) return null;
  const tokens = tokeniserOf(domain);
  if (tokens !== undefined) return tokens;
  const message = `Cannot take ${stream.name}.${field.name}: there is no key for tokens of ${domain}`;
  throw new IngestError('INGEST_TOKEN_KEY_MISSING', message, {
    hint: 'See in the log why the key could not be made; a key is made once its making is logged',
  });
}

/** Its pattern, and the format that its tokens keep. */
function matchesOf(stream: string, { name, pattern }: Field, format: FieldRule['format']): FieldRule['matches'] {
  if (pattern === null) return format;
  const matches = compilePattern(stream, name, pattern);
  return format === null ? matches : (text) => matches(text) && format(text);
}

/** RE2 for all texts of a format; each letter is written by its number, so that none means something else. */
function formatPattern(alphabet: string, [least, most]: readonly [number, number]): string {
  const letters = alphabet.split('').map((letter) => `\\x{${letter.charCodeAt(0).toString(16)}}`);
  return `[${letters.join('')}]{${least},${most}}`;
}

const REMEMBERED = 1_024;

/** A pattern that no text can make hang: RE2 runs in time linear in the text. Answers are remembered, for texts recur. */
function compilePattern(stream: string, field: string, pattern: string): (text: string) => boolean {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (cause) {
    const message = `Cannot check ${stream}.${field}: its pattern is not in RE2 syntax`;
    throw new IngestError('INGEST_PATTERN_INVALID', message, { cause });
  }
  const remembered = new Map<string, boolean>();
  return (text) => {
    const known = remembered.get(text);
    if (known !== undefined) return known;
    const answer = compiled.matcher(text).matches();
    // A flood of distinct texts must not grow this.
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(text, answer);
    return answer;
  };
}

/** Columns of a stream's batches: the system columns, then each declared field that may be stored. */
export function batchShape(stream: Stream): readonly ColumnShape[] {
  const declared = stream.fields.filter((field) => field.class !== 'secret' && field.withheld !== true);
  return [...SYSTEM_COLUMNS, ...declared].map(({ name, type, nullable }) => ({ name, type, nullable }));
}

/** Names of a stream's stepped fields in the order of their places in the device table. */
export function steppedFields(stream: Stream): readonly string[] {
  return intakeFields(stream)
    .filter((field) => field.step !== null)
    .map((field) => field.name);
}

/** The most stepped fields that any stream of a template has: what a device table must have room for. */
export function mostStepped(template: Template): number {
  return Math.max(0, ...[...template.streams.values()].map((stream) => steppedFields(stream).length));
}
