import { writeSync } from 'node:fs';
import { openTrialWriter, trialBatch } from './journal-trial.ts';

// Appends numbered batches as fast as they become durable and prints the last number of each group that did, until
// it is killed. Started with: folder, number of the start, first number.
const [folder = '', start = '', first = ''] = process.argv.slice(2);
const writer = await openTrialWriter(folder, 0, Number(start), { maxBytes: 40_000 });
for (let next = Number(first); ;) {
  const groups: Promise<number>[] = [];
  for (let i = 0; i < 3; i++) {
    const records = [trialBatch(next, 5), trialBatch(next + 5, 1 + (next % 40))];
    next += 5 + records[1]!.batch.rows;
    const last = next - 1;
    groups.push(writer.append(records).then(() => last));
  }
  for (const group of groups) writeSync(1, `${await group}\n`);
}
