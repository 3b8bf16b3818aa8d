import { Type } from 'typebox';
import type { TSchema } from 'typebox';
import { LIMIT_RULES, TEMPLATE_BOUNDS } from './limits.ts';
import { QUANTITY_PATTERNS } from './quantities.ts';
import * as words from './vocabulary.ts';

const closed = { additionalProperties: false } as const;

// In every part `title` is what a message says was expected there.
const duration = (description: string, examples: string[]) =>
  Type.String({
    pattern: QUANTITY_PATTERNS.duration,
    title: 'a duration such as `30d`, `12h`, `5m`',
    description,
    examples,
  });

const rateText = Type.String({
  pattern: QUANTITY_PATTERNS.rate,
  title: 'a rate such as `2/s` or `10/min`',
  description: 'Number per ms, s, m, min, h or d.',
  examples: ['2/s', '10/min'],
});

const word = (title: string) => Type.String({ pattern: words.WORD_PATTERN, title });
const identifier = (title: string) => Type.String({ pattern: words.IDENTIFIER_PATTERN, title });

const prose = Type.String({
  maxLength: TEMPLATE_BOUNDS.descriptionLength,
  title: 'a text of at most 2000 characters',
  description: 'What it is, for people.',
});

/** A map whose keys are names chosen by the author. */
function mapOf<T extends TSchema>(value: T, pattern: string, maxProperties: number, description: string) {
  const title = pattern === words.WORD_PATTERN ? 'letters, digits, `_`, `-`' : 'letters, digits, `_`';
  return Type.Unsafe<Record<string, Type.Static<T>>>({
    type: 'object',
    description,
    propertyNames: { pattern, title: `a name of ${title} that starts with a letter, at most 63 characters` },
    additionalProperties: value,
    maxProperties,
  });
}

function listOf<T extends TSchema>(items: T, title: string, description: string, minItems = 0) {
  return Type.Array(items, { title, description, minItems, maxItems: TEMPLATE_BOUNDS.words, uniqueItems: true });
}

/** One item or a list of them. */
function oneOrMany<T extends TSchema>(item: T, title: string, description: string) {
  return Type.Union([item, listOf(item, `a list of ${title}`, description)], { description });
}

const purposes = listOf(word('the name of a purpose'), 'a list of purposes', 'What it may be used for.');

const acceptWindow = Type.Object(
  {
    late: Type.Optional(duration('How far a reading may lie behind the clock. Default 7d.', ['7d'])),
    early: Type.Optional(duration('How far a reading may lie ahead of the clock. Default 5m.', ['5m'])),
  },
  { ...closed, description: 'Which times of reading are believed.' },
);

const deviceType = Type.Object(
  {
    description: Type.Optional(prose),
    identity: Type.Optional(Type.Enum(words.IDENTITIES, { description: 'How it proves who it is. Default x509.' })),
    power: Type.Optional(Type.Enum(words.POWERS, { description: 'What it lives on. Default mains.' })),
    boot: Type.Optional(Type.Enum(words.BOOTS, { description: 'What its start is proved by. Default none.' })),
    lifetime: Type.Optional(duration('How long it is to be in use.', ['12y'])),
    'speaks-for': Type.Optional(
      listOf(word('a device type'), 'a list of device types', 'Types of devices that it may publish for.'),
    ),
  },
  { ...closed, title: 'a device type', description: 'A kind of device of the fleet.' },
);

const bound = Type.Union([
  Type.Number({ title: 'a number' }),
  Type.String({ maxLength: 40, title: 'a time such as `2026-01-01T00:00:00Z`' }),
  Type.Null({ title: 'nothing, for an open end' }),
]);

const field = Type.Object(
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
      Type.Number({
        exclusiveMinimum: 0,
        title: 'a number above 0',
        description: 'Grid, in the unit of the field, that the value is rounded to on entry.',
      }),
    ),
    nullable: Type.Optional(
      Type.Boolean({ title: 'true or false', description: 'Whether it may be null or absent. Default false.' }),
    ),
  },
  { ...closed, title: 'a field', description: 'One value of a reading.' },
);

const stream = Type.Object(
  {
    description: Type.Optional(prose),
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
    'on-refusal': Type.Optional(
      Type.Enum(words.ON_REFUSAL, { description: 'What an MQTT 3.1.1 device sees of a refusal. Default acknowledge.' }),
    ),
    unenforced: Type.Optional(
      Type.Enum(['accept'] as const, {
        description: 'Start the stream although this version does not enforce all it declares.',
      }),
    ),
    fields: mapOf(
      field,
      words.IDENTIFIER_PATTERN,
      TEMPLATE_BOUNDS.fieldsPerStream,
      'The values of a reading, in order.',
    ),
  },
  { ...closed, title: 'a stream', description: 'A kind of reading.' },
);

const view = Type.Object(
  {
    description: Type.Optional(prose),
    from: oneOrMany(
      identifier('a stream, table or view'),
      'relations',
      'Streams, tables and views that the statement reads.',
    ),
    sql: Type.String({
      minLength: 1,
      maxLength: TEMPLATE_BOUNDS.sqlCharacters,
      title: 'a file such as `daily.sql`, or a SELECT statement',
      description: 'A file beside the template that ends in .sql, or the statement itself.',
    }),
    purposes: Type.Optional(purposes),
  },
  { ...closed, title: 'a view', description: 'A governed SQL view.' },
);

const table = Type.Object(
  {
    description: Type.Optional(prose),
    purposes: Type.Optional(purposes),
    fields: mapOf(field, words.IDENTIFIER_PATTERN, TEMPLATE_BOUNDS.fieldsPerStream, 'Its columns, in order.'),
  },
  { ...closed, title: 'a table', description: 'A reference table, filled by `weir table load`.' },
);

const relationName = Type.String({ pattern: '^_?[A-Za-z][A-Za-z0-9_]{0,62}$', title: 'a stream, table or view' });
const allWord = Type.Enum(['all'] as const, { title: '`all`' });

const role = Type.Object(
  {
    description: Type.Optional(prose),
    query: Type.Optional(
      Type.Union([allWord, listOf(relationName, 'a list of views', 'Views.')], {
        description: 'Views that it may query.',
      }),
    ),
    purposes: Type.Optional(purposes),
    sees: Type.Optional(
      Type.Array(Type.Enum(words.CLASSES), {
        uniqueItems: true,
        maxItems: words.CLASSES.length,
        title: 'a list of classes',
        description: 'Classes of columns that it sees. Default public and operational.',
      }),
    ),
    rows: Type.Optional(
      Type.Unsafe<Record<string, string>>({
        type: 'object',
        description: 'Row filter by view: an SQL condition over its columns.',
        propertyNames: { pattern: '^_?[A-Za-z][A-Za-z0-9_]{0,62}$', title: 'the name of a view' },
        additionalProperties: { type: 'string', minLength: 1, maxLength: 4_096, title: 'an SQL condition' },
        maxProperties: 256,
      }),
    ),
    masks: Type.Optional(
      Type.Unsafe<Record<string, string | null>>({
        type: 'object',
        description: 'Masked columns, `view.column`.',
        propertyNames: {
          pattern: '^_?[A-Za-z][A-Za-z0-9_]{0,62}\\.[A-Za-z][A-Za-z0-9_]{0,62}$',
          title: '`view.column`',
        },
        additionalProperties: {
          anyOf: [
            {
              type: 'string',
              pattern: '^(null|hash|round:-?[0-9]{1,2}|year|month|day|hour)$',
              title: 'one of `null`, `hash`, `round:N`, `year`, `month`, `day`, `hour`',
            },
            { type: 'null', title: '`null`' },
          ],
        },
        maxProperties: 1_024,
      }),
    ),
    may: Type.Optional(
      Type.Array(Type.Enum(words.GRANTABLE_ACTIONS), {
        uniqueItems: true,
        maxItems: words.GRANTABLE_ACTIONS.length,
        title: 'a list of actions',
        description: 'Further actions.',
      }),
    ),
    respond: Type.Optional(Type.Union([allWord], { description: 'Short for `may: [respond]`.' })),
  },
  { ...closed, title: 'a role', description: 'What a group of people or programs may do.' },
);

const detection = Type.Object(
  {
    budget: Type.Optional(
      Type.String({
        pattern: QUANTITY_PATTERNS.budget,
        title: 'a budget such as `1 false alarm per device per week`',
        description: 'False alarms that are put up with.',
        examples: ['1 false alarm per device per week'],
      }),
    ),
  },
  { ...closed, title: 'a mapping of `budget`', description: 'Detection on a stream.' },
);

const port = (description: string) =>
  Type.Integer({ minimum: 0, maximum: 65_535, title: 'a port from 0 to 65535', description });

const listen = Type.Object(
  {
    address: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        title: 'an IP address',
        description: 'Default 127.0.0.1.',
        examples: ['127.0.0.1', '0.0.0.0'],
      }),
    ),
    mqtt: Type.Optional(port('MQTT over TLS. Default 8883.')),
    https: Type.Optional(port('HTTPS for devices and client certificates. Default 8443.')),
    api: Type.Optional(port('HTTPS for bearer tokens. Default 7443.')),
  },
  { ...closed, description: 'Where the platform listens. Port 0 takes a free one.' },
);

const tls = Type.Object(
  {
    minimum: Type.Optional(
      Type.Union(
        [
          Type.Enum(words.TLS_MINIMA, { title: '`1.3` or `1.2`' }),
          Type.Enum([1.3, 1.2] as const, { title: '`1.3` or `1.2`' }),
        ],
        { description: 'Lowest version. Default 1.3.' },
      ),
    ),
    hybrid: Type.Optional(
      Type.Enum(words.HYBRID, { description: 'Post-quantum hybrid key exchange. Default prefer.' }),
    ),
  },
  { ...closed, description: 'Transport security.' },
);

const limitTitle = {
  size: 'a size such as `64KiB`',
  duration: 'a duration such as `30s`',
  count: 'a whole number',
} as const;

const limits = Type.Unsafe<Record<string, string | number>>({
  type: 'object',
  description: 'Bounds on what comes from outside.',
  additionalProperties: false,
  properties: Object.fromEntries(
    LIMIT_RULES.map((rule) => [
      rule.key,
      rule.kind === 'count'
        ? {
            type: 'integer',
            minimum: rule.least,
            maximum: rule.most,
            title: `a whole number from ${rule.least} to ${rule.most}`,
            description: rule.meaning,
          }
        : {
            type: 'string',
            pattern: QUANTITY_PATTERNS[rule.kind],
            title: limitTitle[rule.kind],
            description: rule.meaning,
          },
    ]),
  ),
});

/**
 * A template as it is written, after `extends` was followed. What a schema cannot say (references, ranges, purposes)
 * the checks beside it do.
 *
 * @see JSON Schema 2020-12
 */
export const TEMPLATE_SCHEMA = Type.Object(
  {
    template: Type.Enum([1] as const, { title: '`1`', description: 'Version of the template format.' }),
    name: Type.String({
      pattern: words.WORD_PATTERN,
      title: 'a name of letters, digits, `_`, `-`, at most 63 characters',
      description: 'Name of the deployment.',
    }),
    description: Type.Optional(prose),
    extends: Type.Optional(
      oneOrMany(
        Type.String({
          minLength: 1,
          maxLength: 200,
          title: 'an industry template or a file',
          examples: ['industry/logistics', './base.yaml'],
        }),
        'templates',
        'Templates that this one builds on, later ones over earlier ones.',
      ),
    ),
    region: Type.Optional(
      Type.String({
        pattern: words.WORD_PATTERN,
        title: 'the name of a region such as `eu`',
        description: 'Where the data stay.',
        examples: ['eu', 'us'],
      }),
    ),
    hosts: Type.Optional(
      listOf(
        Type.String({
          minLength: 1,
          maxLength: 253,
          pattern: '^[A-Za-z0-9:]([A-Za-z0-9.:-]*[A-Za-z0-9:])?$',
          title: 'a host name or IP address',
        }),
        'a list of host names',
        'Names that the certificates of the platform carry; localhost always among them.',
      ),
    ),
    devices: Type.Optional(mapOf(deviceType, words.WORD_PATTERN, TEMPLATE_BOUNDS.devices, 'Device types by name.')),
    streams: Type.Optional(mapOf(stream, words.IDENTIFIER_PATTERN, TEMPLATE_BOUNDS.streams, 'Streams by name.')),
    views: Type.Optional(mapOf(view, words.IDENTIFIER_PATTERN, TEMPLATE_BOUNDS.views, 'Views by name.')),
    tables: Type.Optional(mapOf(table, words.IDENTIFIER_PATTERN, TEMPLATE_BOUNDS.tables, 'Reference tables by name.')),
    people: Type.Optional(mapOf(role, words.WORD_PATTERN, TEMPLATE_BOUNDS.roles, 'Roles by name.')),
    detect: Type.Optional(mapOf(detection, words.IDENTIFIER_PATTERN, TEMPLATE_BOUNDS.streams, 'Detection by stream.')),
    comply: Type.Optional(
      Type.Array(Type.Enum(words.FRAMEWORKS), {
        uniqueItems: true,
        maxItems: words.FRAMEWORKS.length,
        title: 'a list of frameworks',
        description: 'Frameworks that evidence is mapped to.',
      }),
    ),
    listen: Type.Optional(listen),
    tls: Type.Optional(tls),
    accept: Type.Optional(acceptWindow),
    limits: Type.Optional(limits),
  },
  { ...closed, title: 'a template' },
);

/** The plain form of a template that has the right shape. */
export type TemplateSource = Type.Static<typeof TEMPLATE_SCHEMA>;
export type FieldSource = Type.Static<typeof field>;
export type StreamSource = Type.Static<typeof stream>;
export type TableSource = Type.Static<typeof table>;
export type ViewSource = Type.Static<typeof view>;
export type RoleSource = Type.Static<typeof role>;
export type DeviceTypeSource = Type.Static<typeof deviceType>;
