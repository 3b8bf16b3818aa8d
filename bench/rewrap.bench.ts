import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openSqliteCatalogue } from '#base/storage/index.ts';
import { createFileCustody, openKeyRing } from '#trust/keys/index.ts';
import { join } from 'node:path';
import { disposableFolder } from '../test/support/tmp.ts';
import { recordAudit } from '../test/support/open-trust.ts';
import { absolute, median } from './support/measurement.ts';
import type { Bench } from './support/measurement.ts';

/** A segment of eleven columns and its footer, as the demo's: most are operational, some are not. */
const COLUMNS = [
  { domain: 'operational', count: 9 },
  { domain: 'health', count: 2 },
  { domain: 'location', count: 1 },
].flatMap(({ domain, count }) => Array.from({ length: count }, (_, at) => ({ column: `${domain}${at}`, domain })));
const SEGMENTS = 4_000;
const PER_TRANSACTION = 100;
const ROUNDS = 3;

/**
 * Wraps sealed again a second under a new epoch, and under new domain keys, in a catalogue on disk: 48,000 keys in
 * 12,000 blocks. A wrap is counted for each key.
 */
export const bench: Bench = async (note) => {
  await using folder = await disposableFolder();
  await using custody = await createFileCustody(join(folder.path, 'keys'), { demo: true }, { clock, random });
  await using catalogue = await openSqliteCatalogue(join(folder.path, 'catalogue.db'));
  const keys = await openKeyRing({ catalogue, custody, audit: recordAudit(), clock, random });
  for (let made = 0; made < SEGMENTS; made += PER_TRANSACTION) {
    const fresh: string[] = [];
    for (let at = 0; at < PER_TRANSACTION; at += 1) {
      fresh.push(...(await keys.newDataKeys('weir:store', 'climate', COLUMNS)).map(({ handle }) => handle));
    }
    await catalogue.transaction((tx) => keys.keepDataKeys(tx, fresh));
    keys.forgetDataKeys(fresh);
  }
  const domains = [...new Set(COLUMNS.map(({ domain }) => domain))];
  const rates: Record<'epoch' | 'domain', number[]> = { epoch: [], domain: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [kind, names] of [
      ['epoch', ['']],
      ['domain', domains.map((domain) => `climate:${domain}`)],
    ] as const) {
      let [count, took] = [0, 0];
      for (const name of names) {
        const { rewrapped, milliseconds } = await keys.lifecycle.rotate('weir:bench', kind, name);
        count += rewrapped;
        took += milliseconds;
      }
      const rate = (count / took) * 1_000;
      note(`${kind}: ${count} wraps in ${Math.round(took)} ms, ${Math.round(rate)} a second`);
      rates[kind].push(rate);
    }
  }
  return [
    absolute('keys: wraps sealed again under a new epoch', 'wraps/s', median(rates.epoch), { atLeast: 50_000 }),
    absolute('keys: data keys wrapped again under a new domain key', 'wraps/s', median(rates.domain), {
      atLeast: 50_000,
    }),
  ];
};
