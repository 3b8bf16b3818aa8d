import { Type } from '#base/core/index.ts';
import { QUANTITY_PATTERNS } from './quantities.ts';
import { closed } from './schema-forms.ts';

const share = (description: string, example: number) =>
  Type.Number({ minimum: 0, maximum: 1, title: 'a share from 0 to 1', description, examples: [example] });

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
  },
  {
    ...closed,
    title: 'a mapping of `suspicious`, `sample`, `processor`',
    description: 'What dearer detectors may take.',
  },
);

/** Detection on a stream. */
export const detection = Type.Object(
  {
    budget: Type.Optional(
      Type.String({
        pattern: QUANTITY_PATTERNS.budget,
        title: 'a budget such as `1 false alarm per device per week`',
        description: 'False alarms that are put up with.',
        examples: ['1 false alarm per device per week'],
      }),
    ),
    tiers: Type.Optional(tiers),
  },
  { ...closed, title: 'a mapping of `budget`, `tiers`', description: 'Detection on a stream.' },
);
