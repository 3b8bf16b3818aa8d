import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openSqliteCatalogue } from '#base/storage/index.ts';
import { createFileCustody, openKeyRing } from '#trust/keys/index.ts';
import { join } from 'node:path';
import { disposableFolder } from '../test/support/tmp.ts';
import { recordAudit } from '../test/support/open-trust.ts';
import { absolute, median } from './support/measurement.ts';
import type { Bench } from './support/measurement.ts';

const KEYS = 10_000;
const PER_SEGMENT = 500;
const ROUNDS = 3;

/** Wraps sealed again a second under a new epoch, and under a new domain key, in a catalogue on disk. */
export const bench: Bench = async (note) => {
  await using folder = await disposableFolder();
  await using custody = await createFileCustody(join(folder.path, 'keys'), { demo: true }, { clock, random });
  await using catalogue = await openSqliteCatalogue(join(folder.path, 'catalogue.db'));
  const keys = await openKeyRing({ catalogue, custody, audit: recordAudit(), clock, random });
  const columns = Array.from({ length: PER_SEGMENT }, (_, at) => ({ column: `c${at}`, domain: 'health' }));
  for (let made = 0; made < KEYS; made += PER_SEGMENT) {
    const fresh = (await keys.newDataKeys('weir:store', 'climate', columns)).map(({ handle }) => handle);
    await catalogue.transaction((tx) => keys.keepDataKeys(tx, fresh));
    keys.forgetDataKeys(fresh);
  }
  const rates: Record<'epoch' | 'domain', number[]> = { epoch: [], domain: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [kind, name] of [
      ['epoch', ''],
      ['domain', 'climate:health'],
    ] as const) {
      const { rewrapped, milliseconds } = await keys.lifecycle.rotate('weir:bench', kind, name);
      const rate = (rewrapped / milliseconds) * 1_000;
      note(`${kind}: ${rewrapped} wraps in ${Math.round(milliseconds)} ms, ${Math.round(rate)} a second`);
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
