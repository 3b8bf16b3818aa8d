import type { Erasure } from '#flow/store/index.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { Looked } from './require-nothing-left.ts';

export interface LookElsewhereParts {
  /** Files of the journal; a file has readings from its creation on (epoch microseconds). */
  readonly journalFiles: () => Promise<readonly { readonly created: number }[]>;
  readonly datasets: { active(): Promise<readonly Pick<Dataset, 'oldest' | 'segments'>[]> };
}

/**
 * Looks for readings that are kept no longer where else they may be: in files of the journal that began before the last
 * of them was received, and in datasets with rows of their age out of their segments. Synthetic rows are kept nowhere.
 */
export async function lookElsewhere(
  gone: readonly Erasure[],
  { journalFiles, datasets }: LookElsewhereParts,
): Promise<readonly Looked[]> {
  const keptFrom = Math.max(...gone.map((erasure) => erasure.keptFrom));
  const files = (await journalFiles()).filter(({ created }) => created < keptFrom);
  const frozen = (await datasets.active()).filter(({ oldest, segments }) =>
    gone.some(
      (erasure) =>
        (oldest[erasure.stream] ?? Infinity) < erasure.keptFrom && segments.some(({ id }) => id === erasure.segment),
    ),
  );
  return [
    { where: 'journal', found: files.length },
    { where: 'datasets', found: frozen.length },
  ];
}
