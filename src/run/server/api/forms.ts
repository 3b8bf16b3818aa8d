import { Type } from '#base/core/index.ts';
import type { TSchema } from '#base/core/index.ts';
import { CLASSES } from '#base/core/index.ts';

/** Forms of which answers are made. */

/** Text of any length. */
export const text = Type.String();

/** A whole number from 0 on. */
export const count = Type.Integer({ minimum: 0 });

/** A time in UTC. @see RFC 3339 */
export const time = Type.String({ format: 'date-time', examples: ['2026-01-01T00:00:00Z'] });

/** A SHA-256 in lower-case hex. */
export const digest = Type.String({ pattern: '^[0-9a-f]{64}$' });

/** A class of data. */
export const dataClass = Type.Enum(CLASSES);

/** A value that may be missing. */
export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A list. */
export const listOf = <T extends TSchema>(schema: T) => Type.Array(schema);

/** Numbers by word. */
export const countsByWord = Type.Record(Type.String(), Type.Number());

/** Any JSON. */
export const json = Type.Unsafe<unknown>({});

/** What a body or the query of a request is made of: nothing else is taken. */
export const closed = <T extends Parameters<typeof Type.Object>[0]>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });

/** A parameter of the query that bounds how much comes back. */
export const limitUpTo = (most: number, standard: number) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: most, default: standard, description: 'How many at most.' }));
