import { micros } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import type { Erasure } from '#flow/store/index.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { QuarantineRetention } from './quarantine-retention.ts';
import type { Looked } from './require-nothing-left.ts';

export interface LookElsewhereParts {
  /** Files of the journal; a file has readings from its creation on (epoch microseconds). */
  readonly journalFiles: () => Promise<readonly { readonly created: number }[]>;
  readonly datasets: { active(): Promise<readonly Pick<Dataset, 'oldest' | 'segments'>[]> };
  readonly quarantine: Pick<QuarantineRetention, 'letGo' | 'count'>;
  /** Has query processes let go of segments, and says how many they still hold. */
  readonly heldInQueries: (segments: readonly string[]) => Promise<number>;
}

/**
 * Looks for readings that are kept no longer where else they may be: in files of the journal that began before the last
 * of them was received, in datasets with rows of their age out of their segments, in quarantine among what was refused
 * at their time, and in what query processes have opened. Synthetic rows are kept nowhere.
 */
export async function lookElsewhere(
  gone: readonly Erasure[],
  { journalFiles, datasets, quarantine, heldInQueries }: LookElsewhereParts,
): Promise<readonly Looked[]> {
  const keptFrom = Math.max(...gone.map((erasure) => erasure.keptFrom));
  const files = (await journalFiles()).filter(({ created }) => created < keptFrom);
  const frozen = (await datasets.active()).filter(({ oldest, segments }) =>
    gone.some(
      (erasure) =>
        (oldest[erasure.stream] ?? Infinity) < erasure.keptFrom && segments.some(({ id }) => id === erasure.segment),
    ),
  );
  const before = new Map<string, Micros>();
  for (const { stream, keptFrom } of gone) before.set(stream, micros(Math.max(keptFrom, before.get(stream) ?? 0)));
  await quarantine.letGo(before);
  return [
    { where: 'journal', found: files.length },
    { where: 'datasets', found: frozen.length },
    { where: 'quarantine', found: await quarantine.count(before) },
    { where: 'query processes', found: await heldInQueries(gone.map(({ segment }) => segment)) },
  ];
}
