import type { Micros } from '#base/core/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { IdentityContext } from '../identity-context.ts';
import { ENROL_TOKENS, EXPECTED } from '../identity-tables.ts';
import type { ExpectedPrivate } from '../identity-tables.ts';
import type { LogReplay } from '../revocation/log-fold.ts';
import { CLEAR_EXPECTED, UNEXPECT } from './expected-list.ts';

/**
 * What the log says of tokens and of expected devices, done again over a catalogue that may be an older copy: what let a
 * device in is spent, and who was taken off the list is off it.
 */
export function replayEnrolments({ catalogue, machines }: IdentityContext): LogReplay {
  const spent = new Map<string, { readonly used: Micros; readonly device: string }>();
  const removed = new Map<string, Micros>();
  let cleared: Micros | null = null;
  return {
    take({ time, event: { action, resource, outcome, detail } }) {
      if (outcome !== 'done') return;
      const by = detail?.['enrolment'];
      if (action === 'issue-certificate' && typeof by === 'string')
        spent.set(by, { used: time, device: resource.replace(/^device:/, '') });
      if (action === UNEXPECT) removed.set(resource.replace(/^device:/, ''), time);
      if (action === CLEAR_EXPECTED) cleared = time;
    },
    async apply() {
      await catalogue.transaction(async (tx) => {
        const tokens = new SealedTable(ENROL_TOKENS, machines);
        const expected = new SealedTable<typeof EXPECTED.key, typeof EXPECTED.clear, ExpectedPrivate>(
          EXPECTED,
          machines,
        );
        for (const [by, { used, device }] of spent) {
          const [, kind, key = ''] = /^(token|manufacturer):(.+)$/.exec(by) ?? [];
          if (kind === 'token') {
            const [row] = await tokens.list(tx, { where: { id: key }, limit: 1 });
            if (row?.used === null) await tokens.put(tx, { ...row, used }, null);
          } else if (kind === 'manufacturer') {
            // Its digest is another where the key was rotated between the copy and the entry.
            const named = { where: { device, created: { below: used } }, limit: 1 };
            const row = (await expected.get(tx, { digest: key })) ?? (await expected.list(tx, named))[0];
            if (row?.used === null) await expected.put(tx, { ...row, used }, row.sealed);
          }
        }
        const off = [
          ...(cleared === null ? [] : [{ created: { below: cleared } }]),
          ...[...removed].map(([device, at]) => ({ device, created: { below: at } })),
        ];
        for (const where of off) {
          for (const { digest } of await expected.list(tx, { where: { ...where, used: null } })) {
            await expected.delete(tx, { digest });
          }
        }
      });
    },
  };
}
