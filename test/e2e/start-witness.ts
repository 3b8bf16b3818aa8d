import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '#base/core/index.ts';
import { parseVerifierKey, peekCheckpoint, Witness, witnessHandler } from '#trust/audit/index.ts';
import { silentLog, testKey } from '../support/open-audit-log.ts';
import type { TestPlatform } from '../support/running-platform.ts';

/** A witness of the platform's log in this process. */
export async function startWitness(weir: TestPlatform) {
  const note = await readFile(join(weir.layout.audit, 'checkpoint'), 'utf8');
  const { origin } = peekCheckpoint(note);
  const witness = await Witness.open({
    directory: join(weir.folder, 'witness'),
    name: 'witness.example/w1',
    signers: [testKey('ed25519', 5)],
    logs: [{ origin, keys: weir.platform.verifierKeys.map(parseVerifierKey) }],
    clock: systemClock,
  });
  const server = createServer(witnessHandler(witness, silentLog));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const hash = createHash('sha256').update(origin).digest('hex');
  return {
    place: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, keys: witness.verifierKeys },
    size: () => peekCheckpoint(witness.cosigned(hash) ?? note).size,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await witness[Symbol.asyncDispose]();
    },
  };
}
