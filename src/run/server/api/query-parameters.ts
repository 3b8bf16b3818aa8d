import type { TObject } from '#base/core/index.ts';
import { ApiError } from './errors.ts';

/** Checks the parameters of a query: the first value of each name, as text. */
export type QueryReader = (query: Readonly<Record<string, unknown>>) => Readonly<Record<string, string>>;

/** What a schema of a parameter may say. */
interface ParameterSchema {
  readonly type?: 'string' | 'integer' | 'boolean';
  readonly enum?: readonly (string | number)[];
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

const WHOLE_NUMBER = /^(0|[1-9][0-9]{0,14})$/;

/**
 * Makes the check of a route's query from its schema. All parameters come as text: a whole number is written in decimal
 * digits, a boolean as `true` or `false`. Where a parameter comes twice the first counts.
 *
 * @param schema absent for a route that takes no parameters
 * @returns a function that throws {ApiError} API_QUERY_INVALID, naming the parameter
 * @throws {TypeError} where the schema says of a parameter what is not checked here
 */
export function queryReader(schema: TObject | undefined): QueryReader {
  const known = new Map(Object.entries((schema?.properties ?? {}) as Readonly<Record<string, ParameterSchema>>));
  for (const [name, parameter] of known) requireCheckable(name, parameter);
  const required: readonly string[] = schema?.required ?? [];
  return (query) => {
    const texts = firstValues(query);
    for (const [name, text] of Object.entries(texts)) {
      const parameter = known.get(name);
      const fault = parameter === undefined ? 'this route has no such parameter' : faultOf(text, parameter);
      if (fault !== null) throw invalid(name, fault, known);
    }
    const missing = required.find((name) => !Object.hasOwn(texts, name));
    if (missing !== undefined) throw invalid(missing, 'it must be there', known);
    return texts;
  };
}

/** What is wrong with a parameter; null where nothing is. */
function faultOf(text: string, { type, enum: words, ...bounds }: ParameterSchema): string | null {
  if (words !== undefined) return words.includes(text) ? null : `must be one of ${words.join(', ')}`;
  if (type === 'boolean') return text === 'true' || text === 'false' ? null : 'must be true or false';
  if (type === 'string') {
    const most = bounds.maxLength ?? Infinity;
    return text.length <= most ? null : `must have at most ${most} characters`;
  }
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = bounds;
  const inRange = WHOLE_NUMBER.test(text) && Number(text) >= minimum && Number(text) <= maximum;
  return inRange ? null : `must be a whole number from ${minimum} to ${maximum}`;
}

const CHECKED = new Set(['type', 'enum', 'maxLength', 'minimum', 'maximum', 'default', 'description', 'examples']);

function requireCheckable(name: string, parameter: ParameterSchema): void {
  const other = Object.keys(parameter).find((keyword) => !CHECKED.has(keyword));
  if (other !== undefined) throw new TypeError(`Parameter ${name} is declared with ${other}, which nothing checks`);
}

function invalid(name: string, what: string, known: ReadonlyMap<string, unknown>): ApiError {
  const names = [...known.keys()].map((one) => `\`${one}\``).join(', ');
  return new ApiError('API_QUERY_INVALID', `Cannot take parameter ${JSON.stringify(name.slice(0, 64))}: ${what}`, {
    hint: known.size === 0 ? 'This route takes no parameters' : `This route takes ${names}`,
  });
}

function firstValues(query: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, String(Array.isArray(value) ? value[0] : value)]),
  );
}
