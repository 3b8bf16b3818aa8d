import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import { findByCanary } from './probe-queries.ts';

/** Asks for a receipt and checks it with public keys alone, then a changed one; freezes the same rows twice. */
export const answersCanBeTraced: Control = {
  id: 'answers-can-be-traced',
  row: 34,
  covers: 'part',
  statement: 'an answer proves what it was made from, and a dataset is the same rows with a lineage until it is gone',
  requirements: ['gdpr:30', 'iso-27001:A.8.15'],
  probe: async (platform) => {
    const canary = platform.canary();
    await platform.publish('streams/_probe', [JSON.stringify({ n: 1, canary, seq: Date.now() * 1_000 })]);
    await findByCanary(platform, canary, 1);
    const { holds, forgedRefused, sameDigest, segments, deletedIsGone } = await platform.traceAnswers();
    return judge(
      {
        'the receipt holds': holds,
        'a changed one does not': forgedRefused,
        'the same rows have the same digest': sameDigest,
        'the dataset names its segments': segments > 0,
        'what is deleted is gone': deletedIsGone,
      },
      { segments },
    );
  },
};
