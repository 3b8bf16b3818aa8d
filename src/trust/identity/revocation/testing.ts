import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { micros } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import type { OpenTrust } from '../../../../test/support/open-trust.ts';
import { requireProgram } from '../../../../test/support/outside.ts';
import { runProgram } from '../../../../test/support/run-program.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import type { Identity } from '../identity.ts';
import type { LogHistory } from './continuity.ts';

type TestContext = Parameters<typeof requireProgram>[0] & Parameters<typeof openTrust>[0];

/** Two devices with certificates, and openssl to judge what is said of them. */
export interface StatusWorld extends OpenTrust {
  /** Serial numbers of devices `a` and `b`. */
  readonly serials: readonly [string, string];
  /** Puts bytes or text into a file and gives its path. */
  readonly file: (name: string, data: Uint8Array | string) => Promise<string>;
  /** Runs openssl with words; all that it wrote. */
  readonly openssl: (...words: readonly string[]) => Promise<string>;
}

/** For tests only. Files `a.pem`, `b.pem`, `issuing.pem` and `root.pem` are there. */
export async function openStatusWorld(
  t: TestContext,
  options: Parameters<typeof openTrust>[1] = {},
): Promise<StatusWorld> {
  const program = requireProgram(t, 'openssl');
  const trust = await openTrust(t, options);
  const folder = await temporaryFolder(t);
  const file: StatusWorld['file'] = async (name, data) => {
    await writeFile(join(folder, name), data);
    return join(folder, name);
  };
  const serials: string[] = [];
  for (const name of ['a', 'b']) {
    const { certificate, device } = await trust.identity.inventory.enrol({ name, type: 'reefer' }, 'person:p1');
    await file(`${name}.pem`, certificate);
    serials.push(device.serials[0] ?? '');
  }
  await file('root.pem', trust.identity.certificates.root);
  await file('issuing.pem', trust.identity.certificates.issuing[0] ?? '');
  return {
    ...trust,
    serials: [serials[0] ?? '', serials[1] ?? ''],
    file,
    openssl: async (...words) => {
      const { output, errors } = await runProgram({ command: program, arguments: words, cwd: folder }, 20_000);
      return output + errors;
    },
  };
}

/** For tests only: the tables of identity as they are, to be put back like a restored copy. */
export async function copyOf({ catalogue }: OpenTrust): Promise<() => Promise<void>> {
  const tables = await catalogue.all(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND (name GLOB 'identity_*' OR name GLOB 'signin_*')`,
  );
  const kept = await Promise.all(
    tables.map(async ({ name }) => [String(name), await catalogue.all(`SELECT * FROM ${String(name)}`)] as const),
  );
  return async () => {
    for (const [name, rows] of kept) {
      await catalogue.run(`DELETE FROM ${name}`);
      for (const row of rows) {
        const columns = Object.keys(row);
        const places = columns.map(() => '?').join(', ');
        await catalogue.run(`INSERT INTO ${name} (${columns.join(', ')}) VALUES (${places})`, Object.values(row));
      }
    }
  };
}

/** For tests only: identity with a log that knows the time of its entries. */
export async function openLogged(t: Cleanable) {
  const clock = frozenClock();
  const trust = await openTrust(t, { clock });
  const times: number[] = [];
  const append = trust.audit.append.bind(trust.audit);
  Object.assign(trust.audit, {
    append: (event: AuditEvent) => {
      times[trust.audit.events.length] = clock.now();
      return append(event);
    },
  });
  const history = (events: readonly AuditEvent[] = trust.audit.events): LogHistory => ({
    size: () => events.length,
    entries: async function* (from) {
      for (let index = from; index < events.length; index++) {
        const event = events[index];
        if (event !== undefined) yield { index, time: micros(times[index] ?? 0), event };
      }
    },
  });
  /** A start over what is there: identity anew, then the log over it. */
  const restart = async (events?: readonly AuditEvent[]): Promise<Identity> => {
    const identity = await trust.reopenIdentity();
    await identity.continuity.replay(history(events));
    return identity;
  };
  await trust.identity.continuity.replay(history());
  return { ...trust, clock, history, restart };
}
