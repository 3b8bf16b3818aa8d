import { Type } from '#base/core/index.ts';
import type { Static, TSchema } from '#base/core/index.ts';
import { TEMPLATE_BOUNDS } from './limits.ts';
import { QUANTITY_PATTERNS } from './quantities.ts';
import * as words from './vocabulary.ts';

// In every part of the schema `title` is what a message says was expected there.

/** An object takes no other keys. */
export const closed = { additionalProperties: false } as const;

/** A duration as text. */
export const duration = (description: string, examples: string[]) =>
  Type.String({
    pattern: QUANTITY_PATTERNS.duration,
    title: 'a duration such as `30d`, `12h`, `5m`',
    description,
    examples,
  });

/** A rate as text. */
export const rateText = Type.String({
  pattern: QUANTITY_PATTERNS.rate,
  title: 'a rate such as `2/s` or `10/min`',
  description: 'Number per ms, s, m, min, h or d.',
  examples: ['2/s', '10/min'],
});

/** A name of letters, digits, `_` and `-`. */
export const word = (title: string) => Type.String({ pattern: words.WORD_PATTERN, title });
/** A name that is an SQL identifier. */
export const identifier = (title: string) => Type.String({ pattern: words.IDENTIFIER_PATTERN, title });

/** The name of a relation; those of the platform start with `_`. */
export const relationName = Type.String({
  pattern: '^_?[A-Za-z][A-Za-z0-9_]{0,62}$',
  title: 'a stream, table or view',
});

/** A description. */
export const prose = Type.String({
  maxLength: TEMPLATE_BOUNDS.descriptionLength,
  title: 'a text of at most 2000 characters',
  description: 'What it is, for people.',
});

/** A map whose keys are names chosen by the author. */
export function mapOf<T extends TSchema>(value: T, pattern: string, maxProperties: number, description: string) {
  const title = pattern === words.WORD_PATTERN ? 'letters, digits, `_`, `-`' : 'letters, digits, `_`';
  return Type.Unsafe<Record<string, Static<T>>>({
    type: 'object',
    description,
    propertyNames: { pattern, title: `a name of ${title} that starts with a letter, at most 63 characters` },
    additionalProperties: value,
    maxProperties,
  });
}

/** A list without repetition. */
export function listOf<T extends TSchema>(items: T, title: string, description: string, minItems = 0) {
  return Type.Array(items, { title, description, minItems, maxItems: TEMPLATE_BOUNDS.words, uniqueItems: true });
}

/** One item or a list of them. */
export function oneOrMany<T extends TSchema>(item: T, title: string, description: string) {
  return Type.Union([item, listOf(item, `a list of ${title}`, description)], { description });
}

/** Purposes of data or of a role. */
export const purposes = listOf(word('the name of a purpose'), 'a list of purposes', 'What it may be used for.');

/** Which times of reading are believed. */
export const acceptWindow = Type.Object(
  {
    late: Type.Optional(duration('How far a reading may lie behind the clock. Default 7d.', ['7d'])),
    early: Type.Optional(duration('How far a reading may lie ahead of the clock. Default 5m.', ['5m'])),
  },
  { ...closed, description: 'Which times of reading are believed.' },
);
