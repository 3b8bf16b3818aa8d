import { Type } from '#base/core/index.ts';
import { FEATURE_WORDS } from './feature-words.ts';
import type { FeatureKindWord } from './feature-words.ts';
import { closed, duration, identifier, oneOrMany } from './schema-forms.ts';

const KINDS = Object.keys(FEATURE_WORDS) as FeatureKindWord[];

const whole = (least: number, greatest: number, description: string) =>
  Type.Integer({
    minimum: least,
    maximum: greatest,
    title: `a whole number from ${least} to ${greatest}`,
    description,
  });

/** A feature of a stream. */
export const feature = Type.Object(
  {
    kind: Type.Enum(KINDS, { description: 'What is computed.' }),
    of: Type.Optional(identifier('the name of a field')),
    from: Type.Optional(oneOrMany(identifier('the name of a field'), 'fields', 'Fields that it is told from.')),
    at: Type.Optional(identifier('the name of a field of times')),
    over: Type.Optional(duration('Time over which readings are counted.', ['60s'])),
    period: Type.Optional(duration('What comes again and again. Default a day, in UTC.', ['24h', '7d'])),
    offset: Type.Optional(duration('Where the period begins after the epoch, a Thursday.', ['4d'])),
    slots: Type.Optional(whole(2, 64, 'Parts of the period. Default 24.')),
    rows: Type.Optional(whole(1, 4_096, 'Last values that count. Default 60.')),
    most: Type.Optional(whole(1, 4_096, 'What is counted to at most. Default 256.')),
    events: Type.Optional(whole(32, 1_024, 'Last times that count. Default 128.')),
    after: Type.Optional(whole(1, 2, 'How many before it are looked at. Default 1.')),
    memory: Type.Optional(
      whole(
        16,
        1_000_000_000,
        'Values after which older ones have faded; for timing, periods. Each kind has a default.',
      ),
    ),
    q: Type.Optional(
      Type.Number({ minimum: 0.001, maximum: 0.999, title: 'a share from 0.001 to 0.999', description: 'A share.' }),
    ),
  },
  { ...closed, title: 'a feature', description: 'What is computed of readings.' },
);
