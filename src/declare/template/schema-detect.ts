import { Type } from '#base/core/index.ts';
import { QUANTITY_PATTERNS } from './quantities.ts';
import { IDENTIFIER_PATTERN } from './vocabulary.ts';
import { CALENDAR_PATTERNS, WEEKDAYS } from './calendar.ts';
import { MOST_WINDOW } from './detector-kinds.ts';
import { PHYSICS_PATTERN } from './physics-rule.ts';
import { closed, duration, listOf, word } from './schema-forms.ts';

const share = (description: string, example: number) =>
  Type.Number({ minimum: 0, maximum: 1, title: 'a share from 0 to 1', description, examples: [example] });

const fieldName = (description: string) =>
  Type.String({ pattern: IDENTIFIER_PATTERN, title: 'the name of a field', description });

/** How much dearer detectors may take. */
const tiers = Type.Object(
  {
    suspicious: Type.Optional(
      share('Share of the readings that the cheap detectors may send to dearer ones. Default 0.02.', 0.02),
    ),
    sample: Type.Optional(
      share('Share of the readings that go through all detectors whatever the cheap ones say. Default 0.005.', 0.005),
    ),
    processor: Type.Optional(share('Share of one processor that dearer detectors may take. Default 0.25.', 0.25)),
    memory: Type.Optional(
      Type.String({
        pattern: QUANTITY_PATTERNS.size,
        title: 'a size such as `64MiB`',
        description: 'What detectors that follow single devices may take, all devices together. Default 64MiB.',
        examples: ['256MiB'],
      }),
    ),
  },
  {
    ...closed,
    title: 'a mapping of `suspicious`, `sample`, `processor`, `memory`',
    description: 'What dearer detectors may take.',
  },
);

const detectorName = word('the name of a kind of detector, or of a group of them');

/** What judges a stream: kinds by their names, or with what is said of them. */
const detectors = Type.Array(
  Type.Union([
    detectorName,
    Type.Object(
      {
        kind: detectorName,
        fields: Type.Optional(
          listOf(
            fieldName('A number of the stream.'),
            'a list of fields',
            'The numbers that it judges. Default all.',
            1,
          ),
        ),
        window: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: MOST_WINDOW,
            title: `a whole number from 1 to ${MOST_WINDOW}`,
            description: 'Readings of a window, for kinds that judge windows.',
          }),
        ),
        settings: Type.Optional(
          Type.Unsafe<Record<string, number>>({
            type: 'object',
            description: 'Settings of the kind that differ from its standard ones.',
            propertyNames: { pattern: IDENTIFIER_PATTERN, title: 'the name of a setting' },
            additionalProperties: Type.Number({ title: 'a number' }),
            maxProperties: 16,
          }),
        ),
      },
      { ...closed, title: 'a mapping of `kind`, `fields`, `window`, `settings`' },
    ),
  ]),
  {
    minItems: 1,
    maxItems: 32,
    title: 'a list of kinds of detectors',
    description: 'What judges the stream. Default `[standard]`.',
    examples: [
      ['standard', 'ensemble'],
      ['charts', 'half-space-trees'],
    ],
  },
);

/** Fields that are signs of what is done to a device. */
const signs = Type.Object(
  {
    'case-open': Type.Optional(fieldName('A truth, or a number that is not 0 while the case is open.')),
    'sensor-id': Type.Optional(fieldName('What names the sensor: another value is another sensor.')),
    'boot-count': Type.Optional(fieldName('A number that goes up by one with each start of the device.')),
  },
  { ...closed, title: 'fields by what they are a sign of', description: 'Fields that are signs of tampering.' },
);

/** Detection on a stream. */
export const detection = Type.Object(
  {
    drift: Type.Optional(
      Type.Object(
        {
          'at-most-every': Type.Optional(
            duration('Time from one false alarm of the stream to the next, on average. Default 90d.', ['90d']),
          ),
          season: Type.Optional(duration('Time that is learnt before anything is told. Default 1d.', ['7d'])),
        },
        {
          ...closed,
          title: 'a mapping of `at-most-every`, `season`',
          description: 'How the stream as a whole is tried for drift.',
        },
      ),
    ),
    budget: Type.Optional(
      Type.String({
        pattern: QUANTITY_PATTERNS.budget,
        title: 'a budget such as `1 false alarm per device per week`',
        description: 'False alarms that are put up with.',
        examples: ['1 false alarm per device per week'],
      }),
    ),
    detectors: Type.Optional(detectors),
    tiers: Type.Optional(tiers),
    state: Type.Optional(
      fieldName(
        'An operating state: what is usual is learnt for each value of it. A truth, an integer, or a text of an `enum`.',
      ),
    ),
    calendars: Type.Optional(
      listOf(
        word('the name of a calendar'),
        'a list of calendars',
        'What is usual is learnt inside and outside of each.',
      ),
    ),
    signs: Type.Optional(signs),
    physics: Type.Optional(
      listOf(
        Type.String({
          maxLength: 512,
          pattern: PHYSICS_PATTERN,
          title: 'a rule such as `inflow = outflow + loss within 2 %` or `level changes by at most 0.5/min`',
        }),
        'a list of rules',
        'What holds between readings whatever happens. A reading that breaks a rule is an alert.',
      ),
    ),
  },
  {
    ...closed,
    title: 'a mapping of `budget`, `detectors`, `drift`, `tiers`, `state`, `calendars`, `signs`, `physics`',
    description: 'Detection on a stream.',
  },
);

const span = (pattern: string, title: string) => Type.String({ pattern, title });

/** Times that are usual in a way of their own. */
export const calendar = Type.Object(
  {
    zone: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        title: 'a time zone such as `Europe/Berlin`',
        description: 'Time zone of hours, days and dates. Default UTC.',
        examples: ['Europe/Berlin'],
      }),
    ),
    days: Type.Optional(listOf(Type.Enum(WEEKDAYS), 'a list of days of the week', 'Days of the week. Default all.')),
    hours: Type.Optional(
      listOf(
        span(CALENDAR_PATTERNS.hours, 'a span such as `06:00-18:00`'),
        'a list of spans of the day',
        'Spans of the day, the end left out; one may go over midnight. Default all day.',
      ),
    ),
    dates: Type.Optional(
      listOf(
        span(CALENDAR_PATTERNS.dates, 'a day such as `2026-12-24`, or `2026-08-01/2026-09-30`'),
        'a list of days',
        'Days, or spans of them with both ends. Default all.',
      ),
    ),
    except: Type.Optional(
      listOf(
        span(CALENDAR_PATTERNS.dates, 'a day such as `2026-12-24`, or `2026-08-01/2026-09-30`'),
        'a list of days',
        'Days that are none of it, such as holidays.',
      ),
    ),
    cycle: Type.Optional(
      Type.Object(
        {
          every: duration('How long it is.', ['24h']),
          parts: Type.Integer({
            minimum: 2,
            maximum: 24,
            title: 'a number from 2 to 24',
            description: 'Its equal parts.',
          }),
          from: Type.Optional(
            Type.String({
              maxLength: 40,
              title: 'a time such as `2026-01-01T06:00:00Z`',
              description: 'When one begins. Default 1970-01-01T00:00:00Z.',
              examples: ['2026-01-01T06:00:00Z'],
            }),
          ),
        },
        {
          ...closed,
          title: 'a mapping of `every`, `parts`, `from`',
          description: 'A cycle of the business, such as shifts.',
        },
      ),
    ),
  },
  {
    ...closed,
    title: 'a calendar',
    description: 'Times that are usual in a way of their own: all that is given holds.',
  },
);
