import type { KnownSubject, SubjectCorner } from '../rights/subject-corner.ts';
import type { ConcernedDataset, DatasetKeeper, SubjectPlaces } from './dataset-keeper.ts';

/**
 * Datasets as a place where something of persons is kept: those with rows of theirs are sealed anew without them, and
 * those that cannot tell whose their rows are go whole.
 */
export function datasetCorner(keeper: Promise<Pick<DatasetKeeper, 'concerning' | 'rewriteWithout'>>): SubjectCorner {
  const concerned = async (subject: KnownSubject): Promise<readonly ConcernedDataset[]> =>
    (await keeper).concerning(placesIn(subject));
  return {
    where: 'datasets',
    count: async (subject) => (await concerned(subject)).reduce((sum, { rows }) => sum + rows, 0),
    erase: async (subject) => {
      let gone = 0;
      for (const dataset of await concerned(subject)) {
        gone += await (await keeper).rewriteWithout('weir:rights', dataset, placesIn(subject));
      }
      return gone;
    },
  };
}

function placesIn({ places }: KnownSubject): SubjectPlaces {
  return places
    .filter(({ values }) => values.length > 0)
    .map(({ relation, column, values }) => ({ relation, column, values: new Set(values.map(String)) }));
}
