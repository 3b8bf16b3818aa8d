import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openSqliteCatalogue } from '#base/storage/index.ts';
import { openIdentity } from '#trust/identity/index.ts';
import { createFileCustody, openKeyRing } from '#trust/keys/index.ts';
import { DECLARED, recordAudit } from '../support/open-trust.ts';

/**
 * Writes what this version makes of a key folder, a recovery kit and a catalogue into a new folder, to be kept for ever:
 * `sh bin/node test/golden/make-trust.ts test/golden/trust-N`.
 */
export async function makeTrust(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const audit = recordAudit();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  await using custody = await createFileCustody(
    join(folder, 'keys'),
    { passphrase: 'lantern orbit quarry' },
    { clock, random },
  );
  await using catalogue = await openSqliteCatalogue(join(folder, 'catalogue.db'));
  const keys = await openKeyRing({ catalogue, custody, audit, clock, random });
  const identity = await openIdentity({ catalogue, keys, declared: DECLARED, audit, log, clock, random });
  const { device } = await identity.inventory.enrol(
    { name: 'truck-7', type: 'reefer', owner: 'fleet' },
    'person:maker',
  );
  const { token } = await identity.people.add('ada', ['scientist'], 'person:maker');
  const data = await keys.newDataKeys('weir:store', 'climate', [
    { column: 'temperature', domain: 'operational' },
    { column: 'pulse', domain: 'health' },
    { column: 'door', domain: 'operational' },
  ]);
  await catalogue.transaction((tx) =>
    keys.keepDataKeys(
      tx,
      data.map(({ handle }) => handle),
    ),
  );
  const files = await keys.newFileKeys('weir:control', 'journal', 1);
  const { key } = await keys.digestKey('statement');
  const expected = {
    deployment: identity.deployment,
    device: device.name,
    serials: device.serials,
    token,
    data: data.map((made) => ({ handle: made.handle, key: made.key.exportBytes().toHex() })),
    files: files.map((made) => ({ id: made.fileId, key: made.key.exportBytes().toHex() })),
    statement: key.macHex('select 1'),
    shares: custody.recoveryShares(2, 3),
  };
  await writeFile(join(folder, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
  await catalogue.checkpoint();
}

const [folder] = process.argv.slice(2);
if (import.meta.main && folder !== undefined) await makeTrust(folder);
