import type { Log } from '#base/core/index.ts';
import { cryptoRules } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { AuditLog } from '#trust/audit/index.ts';
import type { Identity } from '#trust/identity/index.ts';

const ACTOR = 'weir:control';

/**
 * Has new checkpoints and certificates signed as the template wants it: the log says first what its checkpoints carry
 * from now on, a new authority takes over while the old ones count. What is so already stays as it is.
 *
 * Where the key of the root is elsewhere, certificates are signed as before until an authority was imported; the status
 * says so.
 */
export async function useAlgorithms(
  template: Pick<Template, 'crypto'>,
  {
    identity,
    audit,
    log,
  }: {
    readonly identity: { readonly authorities: Pick<Identity['authorities'], 'settle'> };
    readonly audit: Pick<AuditLog, 'chooseSignatures'>;
    readonly log: Log;
  },
): Promise<void> {
  const { checkpoints, certificates } = cryptoRules(template);
  await audit.chooseSignatures(checkpoints, ACTOR);
  if (await identity.authorities.settle(ACTOR)) return;
  log.warn({ wanted: certificates }, 'the key of the root is elsewhere: a request of weir ca request has to be signed');
}
