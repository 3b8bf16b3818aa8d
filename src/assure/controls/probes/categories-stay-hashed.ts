import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/**
 * Of so many words, how many a dictionary without the key may hit by chance: three times what is expected, and a few. Of
 * 500 words in 4,096 buckets it hits more once in 10^13 runs.
 */
function byChance(words: number, buckets: number): number {
  return (3 * words) / buckets + 8;
}

/** Sends words, sees them through a mask, and tries to get them back with a dictionary that has all of them and not the key. */
export const categoriesStayHashed: Control = {
  id: 'categories-stay-hashed',
  row: 40,
  covers: 'whole',
  statement:
    'categories seen as buckets cannot be got back by a dictionary without the key, not after its rotation either, and what a model loses by them is measured',
  requirements: ['gdpr:25', 'gdpr:32', 'iso-27001:A.8.11', 'iso-27001:A.8.24'],
  probe: async (platform) => {
    const trial = await platform.hashingTrial();
    const chance = byChance(trial.words, trial.buckets);
    return judge(
      {
        'words are there as they were sent': trial.stored === trial.words,
        'who sees buckets sees no word': trial.hashed === trial.words,
        'the same word is in the same bucket': trial.same === trial.words,
        'a dictionary without the key finds none': trial.withoutKey <= chance,
        'a dictionary with another key finds none': trial.withOtherKey <= chance,
        'the key is in custody, by purpose': trial.custody,
        // Half as many more than expected are there once in 13,000 runs, one and a half times as many more never.
        'collisions are as many as chance has it': trial.collided > 0 && trial.collided <= 2.5 * trial.expected,
        'the loss of a model is measured': Number.isFinite(trial.loss) && trial.loss >= -0.05,
      },
      { ...trial },
    );
  },
};
