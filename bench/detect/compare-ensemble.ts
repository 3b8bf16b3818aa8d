import type { EnsembleFigures, SetRow } from './bench-set.ts';

/** Where each figure stands among all, the highest first; equal ones share the mean of their places. */
export function ranksOf(figures: readonly number[]): readonly number[] {
  return figures.map((figure) => {
    const above = figures.filter((other) => other > figure).length;
    const equal = figures.filter((other) => other === figure).length;
    return above + (equal + 1) / 2;
  });
}

/** Mean ranks of columns over the rows of a table. */
export function meanRanks(rows: readonly SetRow[], columns: readonly number[]): readonly number[] {
  const ranks = rows.map(({ figures }) => ranksOf(columns.map((column) => figures[column]!)));
  return columns.map((_, i) => ranks.reduce((sum, own) => sum + own[i]! / ranks.length, 0));
}

/** The ensemble of each set beside its parts. */
export function compareEnsembles(sets: ReadonlyMap<string, EnsembleFigures>): {
  /** The ensemble's figure, its rank among itself and its parts, and how many points the best part is ahead. */
  readonly sets: readonly SetRow[];
  /** The mean rank of each part over its own sets, and the ensemble's over those same sets. */
  readonly parts: readonly SetRow[];
  /** The ensemble's mean rank over all sets. */
  readonly meanRank: number;
} {
  const ranksBySet = [...sets.values()].map(({ ensemble, parts }) => {
    const [own, ...others] = ranksOf([ensemble, ...parts.map(({ figure }) => figure)]);
    return { own: own!, others: parts.map(({ name }, i) => ({ name, rank: others[i]! })) };
  });
  const names = [...new Set(ranksBySet.flatMap(({ others }) => others.map(({ name }) => name)))];
  const mean = (ranks: readonly number[]): number => ranks.reduce((sum, rank) => sum + rank / ranks.length, 0);
  return {
    sets: [...sets].map(([name, { ensemble, parts, point }], i) => {
      const best = Math.max(...parts.map(({ figure }) => figure));
      return { name, figures: [ensemble, best, ranksBySet[i]!.own, parts.length + 1, (best - ensemble) / point] };
    }),
    parts: names.map((name) => {
      const held = ranksBySet.filter(({ others }) => others.some((other) => other.name === name));
      const ranks = held.map(({ others }) => others.find((other) => other.name === name)!.rank);
      return { name, figures: [held.length, mean(ranks), mean(held.map(({ own }) => own))] };
    }),
    meanRank: mean(ranksBySet.map(({ own }) => own)),
  };
}
