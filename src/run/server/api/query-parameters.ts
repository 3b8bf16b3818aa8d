import type { TObject, TSchema } from '#base/core/index.ts';
import { ApiError } from './errors.ts';

/** Tells whether values fit a schema; `errors` says where the last ones did not. */
export interface Validator {
  (values: unknown): boolean;
  readonly errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
}

/** Checks the parameters of a query: the first value of each name, as text. */
export type QueryReader = (
  query: Readonly<Record<string, unknown>>,
  compile: (schema: TObject) => Validator,
) => Readonly<Record<string, string>>;

const WHOLE_NUMBER = /^(0|[1-9][0-9]{0,15})$/;

/**
 * Makes the check of a route's query from its schema. All parameters come as text: a whole number is written in decimal
 * digits, a boolean as `true` or `false`. Where a parameter comes twice the first counts.
 *
 * @param schema absent for a route that has not said what it takes: everything is let through
 * @returns a function that throws {ApiError} API_QUERY_INVALID, naming the parameter
 */
export function queryReader(schema: TObject | undefined): QueryReader {
  if (schema === undefined) return firstValues;
  let validate: Validator | null = null;
  const known: Readonly<Record<string, TSchema>> = schema.properties;
  return (query, compile) => {
    const texts = firstValues(query);
    const values: Record<string, unknown> = {};
    for (const [name, text] of Object.entries(texts)) {
      if (!Object.hasOwn(known, name)) throw invalid(name, `this route has no such parameter`);
      values[name] = valueOf(text, known[name]!);
    }
    // At its first request: a start need not wait for what may never be asked.
    validate ??= compile(schema);
    if (validate(values)) return texts;
    const [first] = validate.errors ?? [];
    throw invalid(first?.instancePath.slice(1) || 'query', first?.message ?? 'is not as it should be');
  };
}

function invalid(name: string, what: string): ApiError {
  return new ApiError('API_QUERY_INVALID', `Cannot take parameter ${JSON.stringify(name.slice(0, 64))}: ${what}`);
}

function firstValues(query: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, String(Array.isArray(value) ? value[0] : value)]),
  );
}

/** The value that a text stands for under a schema; the text itself where it stands for none, which then fails. */
function valueOf(text: string, schema: TSchema): unknown {
  const type = (schema as { readonly type?: unknown }).type;
  if (type === 'integer' && WHOLE_NUMBER.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
