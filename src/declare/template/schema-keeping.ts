import { CLASS_MASKS, CLASSES, EXPORT_TERMS, Type } from '#base/core/index.ts';
import { closed, duration, mapOf } from './schema-forms.ts';
import * as words from './vocabulary.ts';

/** Places that a template may name. */
const MOST_PLACES = 16;

const region = (description: string) =>
  Type.String({
    pattern: words.WORD_PATTERN,
    title: 'the name of a region such as `eu`',
    description,
    examples: ['eu'],
  });

const terms = Type.Object(
  {
    keep: Type.Optional(
      Type.Object(
        {
          min: Type.Optional(duration('Kept at least this long.', ['30d'])),
          max: Type.Optional(duration('Erased after this long.', ['1y'])),
        },
        { ...closed, description: 'Retention of what has fields of this class, within what the stream says.' },
      ),
    ),
    mask: Type.Optional(
      Type.Enum(CLASS_MASKS, {
        description: 'What who does not see the class sees of it: `null` or a keyed digest. By default no column.',
      }),
    ),
    export: Type.Optional(
      Type.Enum(EXPORT_TERMS, {
        description: 'Whether it leaves as a file or with its keys: `allowed`, for a stated `purpose`, `never`.',
      }),
    ),
    crosses: Type.Optional(
      Type.Boolean({
        title: 'true or false',
        description: 'Whether it may be given to who asks from outside its region. Default: public alone.',
      }),
    ),
    region: Type.Optional(region('Where streams with such a field have to stay.')),
  },
  { ...closed, title: 'a mapping of `keep`, `mask`, `export`, `crosses`, `region`', description: 'Terms of a class.' },
);

/** What holds for fields of a class. */
export const classTerms = Type.Object(
  Object.fromEntries(CLASSES.filter((cls) => cls !== 'secret').map((cls) => [cls, Type.Optional(terms)])) as Record<
    Exclude<(typeof CLASSES)[number], 'secret'>,
    ReturnType<typeof Type.Optional<typeof terms>>
  >,
  { ...closed, description: 'What follows from the class of a field, beyond what always does.' },
);

const place = Type.Object(
  {
    location: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 512,
        pattern: '^(/|s3://)',
        title: 'an absolute path, or `s3://BUCKET/PREFIX`',
        examples: ['/mnt/cold', 's3://weir-cold/site-1'],
      }),
    ),
    region: Type.Optional(region('Where it stands. Default: the region of the template.')),
    endpoint: Type.Optional(
      Type.String({ minLength: 8, maxLength: 512, pattern: '^https?://', title: 'the URL of an object store' }),
    ),
    'bucket-region': Type.Optional(
      Type.String({ pattern: '^[a-z0-9-]{1,64}$', title: 'what the object store calls its region' }),
    ),
    credentials: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$',
        title: 'the name of a file',
        description: 'File in the folder `places` of the data directory with the credentials of the object store.',
        examples: ['cold.json'],
      }),
    ),
  },
  { ...closed, title: 'a place', description: 'A place for segments.' },
);

/** The name of the data directory among places. */
export const MAIN_PLACE = 'main';

/** Places of segments. */
export const places = mapOf(
  place,
  words.WORD_PATTERN,
  MOST_PLACES,
  'Places for segments by name; `main` is the data directory.',
);
