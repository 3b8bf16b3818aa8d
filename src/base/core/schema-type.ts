import type { Type as TypeBox } from 'typebox';

export type { Static, TObject, TSchema } from 'typebox';

type Builders = Pick<
  typeof TypeBox,
  | 'Array'
  | 'Boolean'
  | 'Enum'
  | 'Integer'
  | 'Null'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'Record'
  | 'String'
  | 'Union'
  | 'Unsafe'
>;

type Schema = Readonly<Record<string, unknown>>;

const plain =
  (type: string) =>
  (options: Schema = {}): Schema => ({ type, ...options });

/** The mark of a property that may be absent; it is no keyword, so JSON does not show it. */
const OPTIONAL = '~optional';

const isRequired = ([, schema]: readonly [string, Schema]): boolean => !Object.hasOwn(schema, OPTIONAL);

function object(properties: Readonly<Record<string, Schema>>, options: Schema = {}): Schema {
  const required = Object.entries(properties)
    .filter(isRequired)
    .map(([name]) => name);
  return { type: 'object', ...(required.length === 0 ? {} : { required }), properties, ...options };
}

/**
 * Builds schemas and with them the type of what they describe, as TypeBox does and with its types.
 *
 * TypeBox itself is some hundred modules, which each process of the platform and each command would load at its start
 * for these few functions.
 *
 * @see JSON Schema 2020-12
 */
export const Type = {
  Array: (items: Schema, options: Schema = {}) => ({ type: 'array', items, ...options }),
  Boolean: plain('boolean'),
  Enum: (values: readonly (string | number)[], options: Schema = {}) => ({ enum: [...values], ...options }),
  Integer: plain('integer'),
  Null: plain('null'),
  Number: plain('number'),
  Object: object,
  Optional: (schema: Schema) => Object.defineProperty({ ...schema }, OPTIONAL, { value: true }),
  // Keys are any text.
  Record: (_keys: Schema, values: Schema, options: Schema = {}) => ({
    type: 'object',
    patternProperties: { '^.*$': values },
    ...options,
  }),
  String: plain('string'),
  Union: (anyOf: readonly Schema[], options: Schema = {}) => ({ anyOf, ...options }),
  Unsafe: (schema: Schema) => schema,
} as unknown as Builders;
