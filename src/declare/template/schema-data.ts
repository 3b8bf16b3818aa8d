import { Type } from '#base/core/index.ts';
import { TEMPLATE_BOUNDS } from './limits.ts';
import { QUANTITY_PATTERNS } from './quantities.ts';
import {
  acceptWindow,
  closed,
  duration,
  identifier,
  listOf,
  mapOf,
  oneOrMany,
  prose,
  purposes,
  rateText,
  relationName,
  word,
} from './schema-forms.ts';
import { feature } from './schema-features.ts';
import * as words from './vocabulary.ts';

const bound = Type.Union([
  Type.Number({ title: 'a number' }),
  Type.String({ maxLength: 40, title: 'a time such as `2026-01-01T00:00:00Z`' }),
  Type.Null({ title: 'nothing, for an open end' }),
]);

/** A field of a stream or table. */
export const field = Type.Object(
  {
    type: Type.Enum(words.FIELD_TYPES, { description: 'What it holds.' }),
    description: Type.Optional(prose),
    unit: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        title: 'a unit in UCUM such as `Cel`, `%`, `m/s`',
        description: 'Unit of measure in UCUM, case-sensitive.',
        examples: ['Cel', '%', 'm/s', 'bar', 'V', '1'],
      }),
    ),
    range: Type.Optional(
      Type.Array(bound, {
        minItems: 2,
        maxItems: 2,
        title: 'a list of two bounds such as `[-40, 60]`',
        description: 'Least and greatest value, both allowed; null leaves an end open. Times are RFC 3339.',
        examples: [[-40, 60]],
      }),
    ),
    step: Type.Optional(
      Type.String({
        pattern: QUANTITY_PATTERNS.rate,
        title: 'a rate such as `2/s`',
        description: 'Largest change between two readings of one device, in the unit of the field per time.',
        examples: ['2/s', '0.5/min'],
      }),
    ),
    class: Type.Optional(Type.Enum(words.CLASSES, { description: 'How sensitive it is. Default operational.' })),
    enum: Type.Optional(
      Type.Array(Type.String({ maxLength: 256, title: 'a text of at most 256 characters' }), {
        minItems: 1,
        maxItems: TEMPLATE_BOUNDS.enumWords,
        uniqueItems: true,
        title: 'a list of texts',
        description: 'The only texts that are allowed.',
      }),
    ),
    pattern: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: TEMPLATE_BOUNDS.patternLength,
        title: 'a regular expression of at most 512 characters',
        description: 'RE2 syntax; the whole text must match.',
      }),
    ),
    'max-length': Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_048_576,
        title: 'a whole number from 1',
        description: 'Longest text, in UTF-16 code units. Default: the limit text-length.',
      }),
    ),
    coarsen: Type.Optional(
      Type.Union(
        [
          Type.Number({ exclusiveMinimum: 0, title: 'a number above 0' }),
          Type.String({ pattern: QUANTITY_PATTERNS.duration, title: 'a length of time such as `1h`, for a time' }),
        ],
        {
          description:
            'Grid that the value is put on at entry: a number in the unit of the field, or a length of time for a time.',
          examples: [0.01, '1h'],
        },
      ),
    ),
    purposes: Type.Optional(
      listOf(
        word('the name of a purpose'),
        'a list of purposes',
        'What it is for. Default: all that its stream is for. A field that is for nothing that is in use is not stored.',
      ),
    ),
    tokenise: Type.Optional(
      Type.String({
        pattern: words.IDENTIFIER_PATTERN,
        title: 'the name of a domain of tokens, such as `containers`',
        description:
          'Replace the value on entry by a token of this domain: the same value has the same token wherever the domain is named. Identifiers are tokenised in any case, by default in a domain of their stream.',
        examples: ['containers'],
      }),
    ),
    token: Type.Optional(
      Type.Union(
        [
          Type.Enum(['reversible'] as const, { title: '`reversible`' }),
          Type.Object(
            {
              alphabet: Type.String({
                minLength: 2,
                maxLength: 256,
                title: 'letters such as `0123456789`, or one of `digits`, `letters`, `digits-letters`',
                description:
                  'Letters that values are made of: `digits`, `letters` (A-Z), `digits-letters`, or each of them.',
              }),
              length: Type.Array(Type.Integer({ minimum: 2, maximum: 128 }), {
                minItems: 2,
                maxItems: 2,
                title: 'a list of two lengths such as `[8, 12]`',
                description: 'Fewest and most letters.',
              }),
            },
            { ...closed, title: 'a mapping of `alphabet` and `length`' },
          ),
        ],
        {
          description:
            'Tokens with a way back for who may `detokenise`: `reversible` keeps originals sealed in the vault; an alphabet and lengths make tokens of the same format as their originals.',
        },
      ),
    ),
    nullable: Type.Optional(
      Type.Boolean({ title: 'true or false', description: 'Whether it may be null or absent. Default false.' }),
    ),
  },
  { ...closed, title: 'a field', description: 'One value of a reading.' },
);

/** Bounds of a privacy budget. A larger ε protects nobody, a larger δ gives people away one by one. */
export const PRIVACY_BOUNDS = { epsilon: 20, delta: 0.001, rows: 1_000_000 } as const;

const privacy = Type.Object(
  {
    epsilon: Type.Number({
      exclusiveMinimum: 0,
      maximum: PRIVACY_BOUNDS.epsilon,
      title: 'a number above 0, at most 20',
      description: 'What all answers together may tell of one person: their budget.',
    }),
    delta: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: PRIVACY_BOUNDS.delta,
        title: 'a number above 0, at most 0.001',
        description: 'Chance that more is told; well below one over the number of people. Default 0.000001.',
      }),
    ),
    query: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: PRIVACY_BOUNDS.epsilon,
        title: 'a number above 0',
        description: 'ε of a statement that does not say how much it may cost. Default a twentieth of the budget.',
      }),
    ),
    rows: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: PRIVACY_BOUNDS.rows,
        title: 'a whole number from 1',
        description: 'Rows of one person that count in an answer at most; more weigh less each. Default 1000.',
      }),
    ),
    renew: Type.Optional(
      duration('Rows received within each period of this length have a budget of their own.', ['30d', '365d']),
    ),
    allot: Type.Optional(
      Type.Unsafe<Record<string, number>>({
        type: 'object',
        description: 'Shares of the budget by role, of 1 together at most; who has none shares what is left.',
        propertyNames: { pattern: words.WORD_PATTERN, title: 'the name of a role' },
        additionalProperties: { type: 'number', exclusiveMinimum: 0, maximum: 1, title: 'a share above 0, at most 1' },
        maxProperties: TEMPLATE_BOUNDS.roles,
      }),
    ),
  },
  {
    ...closed,
    title: 'a privacy budget',
    description: 'What answers with noise may tell of one person (its `subject`, else the device).',
  },
);

const measures = Type.Array(Type.Enum(words.MEASURES), {
  minItems: 1,
  maxItems: words.MEASURES.length,
  uniqueItems: true,
  title: 'a list of `mean`, `min`, `max`, `count`',
  examples: [['mean', 'min', 'max', 'count']],
});

/** Aggregation at the door. */
export const aggregate = Type.Object(
  {
    every: duration('Length of a window, from 1s to 1d. Windows begin at whole multiples of it since 1970.', ['1m']),
    wait: Type.Optional(
      duration('How long after its end a window takes readings; later ones are refused. Default 10s.', ['10s']),
    ),
    by: Type.Optional(
      listOf(
        identifier('the name of a field'),
        'a list of fields',
        'Texts, booleans and integers that are kept as they are: a window has a row for each combination.',
      ),
    ),
    of: mapOf(
      measures,
      words.IDENTIFIER_PATTERN,
      TEMPLATE_BOUNDS.fieldsPerStream,
      'What is kept of the values of each field, as columns such as `temperature_mean`. Fields that are named neither here nor under `by` are not stored.',
    ),
  },
  {
    ...closed,
    title: 'an aggregation',
    description: 'Store no reading, but one row of each device and window.',
    examples: [{ every: '1m', of: { temperature: ['mean', 'min', 'max', 'count'] } }],
  },
);

const unstated = Type.Enum(['show'] as const, {
  description:
    'What a statement sees that states no purpose where there are several: `show` what needs none. By default it is refused.',
});

/** A stream. */
export const stream = Type.Object(
  {
    description: Type.Optional(prose),
    type: Type.Optional(
      Type.Enum(words.STREAM_TYPES, {
        description: 'What its readings are: `flow` gives it the fields of network flows.',
      }),
    ),
    from: oneOrMany(word('a device type'), 'device types', 'Device types that publish to it.'),
    purposes: Type.Optional(purposes),
    basis: Type.Optional(Type.Enum(words.BASES, { description: 'Lawful basis of processing personal data.' })),
    keep: Type.Optional(
      Type.Object(
        {
          min: Type.Optional(duration('Kept at least this long.', ['30d'])),
          max: Type.Optional(duration('Erased after this long.', ['2y'])),
        },
        { ...closed, description: 'Retention.' },
      ),
    ),
    region: Type.Optional(
      Type.String({
        pattern: words.WORD_PATTERN,
        title: 'the name of a region such as `eu`',
        description: 'Where its readings have to stay. Default: the region of the template.',
        examples: ['eu'],
      }),
    ),
    archive: Type.Optional(
      Type.Object(
        {
          after: duration('How long after receipt.', ['90d']),
          to: word('a place of `objects`'),
        },
        { ...closed, title: 'a mapping of `after` and `to`', description: 'When its segments go to another place.' },
      ),
    ),
    unstated: Type.Optional(unstated),
    accept: Type.Optional(acceptWindow),
    rate: Type.Optional(
      Type.Union(
        [
          rateText,
          Type.Object(
            {
              sustained: rateText,
              burst: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, title: 'a whole number from 1' })),
            },
            { ...closed, title: 'a mapping of `sustained` and `burst`' },
          ),
        ],
        { description: 'Readings per device. Default 10/s.' },
      ),
    ),
    subject: Type.Optional(identifier('the name of a field')),
    undeclared: Type.Optional(
      Type.Enum(words.UNDECLARED, { description: 'What happens to fields that are not declared. Default drop.' }),
    ),
    posture: Type.Optional(
      Type.Enum(words.STREAM_POSTURES, {
        description: 'Take readings only from devices whose posture is fresh. Default: nothing is asked.',
      }),
    ),
    privacy: Type.Optional(privacy),
    'on-refusal': Type.Optional(
      Type.Enum(words.ON_REFUSAL, { description: 'What an MQTT 3.1.1 device sees of a refusal. Default acknowledge.' }),
    ),
    unenforced: Type.Optional(
      Type.Enum(['accept'] as const, {
        description: 'Start the stream although this version does not enforce all it declares.',
      }),
    ),
    aggregate: Type.Optional(aggregate),
    'coarsen-time': Type.Optional(
      duration('Grid that times of readings and of their receipt are put on, downwards.', ['1h', '15m']),
    ),
    fields: mapOf(
      field,
      words.IDENTIFIER_PATTERN,
      TEMPLATE_BOUNDS.fieldsPerStream,
      'The values of a reading, in order.',
    ),
    features: Type.Optional(
      mapOf(feature, words.IDENTIFIER_PATTERN, TEMPLATE_BOUNDS.fieldsPerStream, 'What is computed of its readings.'),
    ),
  },
  { ...closed, title: 'a stream', description: 'A kind of reading.' },
);

/** A declared view. */
export const view = Type.Object(
  {
    description: Type.Optional(prose),
    from: oneOrMany(relationName, 'relations', 'Streams, tables and views that the statement reads.'),
    sql: Type.String({
      minLength: 1,
      maxLength: TEMPLATE_BOUNDS.sqlCharacters,
      title: 'a file such as `daily.sql`, or a SELECT statement',
      description: 'A file beside the template that ends in .sql, or the statement itself.',
    }),
    purposes: Type.Optional(purposes),
    private: Type.Optional(
      Type.Boolean({
        title: 'true or false',
        description: 'Show no row: answer aggregates with noise, out of the privacy budget of its stream.',
      }),
    ),
    keys: Type.Optional(
      Type.Unsafe<Record<string, string[]>>({
        type: 'object',
        description:
          'Private views: texts by which answers may be grouped, by column. Booleans, texts with an `enum` and whole numbers of a small range need none.',
        additionalProperties: {
          type: 'array',
          items: { type: 'string', maxLength: 256, title: 'a text of at most 256 characters' },
          minItems: 1,
          maxItems: TEMPLATE_BOUNDS.enumWords,
          uniqueItems: true,
          title: 'a list of texts',
        },
        maxProperties: 64,
      }),
    ),
    declassify: Type.Optional(
      mapOf(
        Type.Object(
          {
            columns: oneOrMany(identifier('a column'), 'columns', 'Columns of the view.'),
            to: Type.Enum(words.CLASSES, { description: 'The class that they have instead.' }),
            because: Type.String({ minLength: 1, maxLength: 500, title: 'a reason', description: 'Why that is so.' }),
          },
          { ...closed, title: 'a mapping of `columns`, `to` and `because`' },
        ),
        words.WORD_PATTERN,
        64,
        'Rules by name: columns that are less strict than what they are made from. Applying one is logged.',
      ),
    ),
    crosses: Type.Optional(
      Type.Boolean({
        title: 'true or false',
        description: 'Whether it may be given out of its region: an aggregate, and nothing stricter than location.',
      }),
    ),
    unstated: Type.Optional(unstated),
  },
  { ...closed, title: 'a view', description: 'A governed SQL view.' },
);

/** A reference table. */
export const table = Type.Object(
  {
    description: Type.Optional(prose),
    purposes: Type.Optional(purposes),
    unstated: Type.Optional(unstated),
    fields: mapOf(field, words.IDENTIFIER_PATTERN, TEMPLATE_BOUNDS.fieldsPerStream, 'Its columns, in order.'),
  },
  { ...closed, title: 'a table', description: 'A reference table, filled by `weir table load`.' },
);
