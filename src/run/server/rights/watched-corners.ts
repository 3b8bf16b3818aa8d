import type { AlertBook, Concerned } from '#watch/respond/index.ts';
import type { WatchHost } from '../watch/host.ts';
import type { KnownSubject, SubjectCorner } from './subject-corner.ts';

const ACTOR = 'weir:rights';

export interface WatchedParts {
  readonly alerts: Pick<AlertBook, 'concerning' | 'redact'>;
  readonly watch: Pick<WatchHost, 'knowing' | 'forget'>;
}

/** What the watch made of a person's readings: alerts that show some, and what it takes for usual of the devices that sent them. */
export function watchedCorners({ alerts, watch }: WatchedParts): readonly SubjectCorner[] {
  return [
    {
      where: 'alerts',
      count: (subject) => alerts.concerning(concernedBy(subject)),
      erase: (subject) => alerts.redact(concernedBy(subject), ACTOR),
    },
    {
      where: 'baselines',
      count: ({ spans }) => watch.knowing(spans),
      erase: ({ spans }) => watch.forget(spans),
    },
  ];
}

function concernedBy({ places, spans }: KnownSubject): Concerned {
  return {
    // A device that others use too is not the person's; what it sent about them is known by its time.
    devices: new Set(),
    values: places
      .filter(({ kind }) => kind === 'stream')
      .map(({ relation, column, values }) => ({ stream: relation, field: column, values: new Set(values) })),
    spans,
  };
}
