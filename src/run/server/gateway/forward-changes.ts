import { packSerials } from '#trust/identity/index.ts';
import type { DirectoryChange, Identity } from '#trust/identity/index.ts';
import type { DirectoryUpdate } from './contract.ts';

/**
 * Passes changes of the inventory and revocations on, those of one turn together: a revocation of a thousand devices is
 * one message.
 *
 * @returns ends it
 */
export function forwardChanges(
  { inventory, revocations }: Pick<Identity, 'inventory' | 'revocations'>,
  send: (update: DirectoryUpdate) => void,
): () => void {
  let changes: DirectoryChange[] = [];
  let serials: string[] = [];
  let isDue = false;
  const due = (): void => {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      const update = { changes, revoked: packSerials(serials) };
      changes = [];
      serials = [];
      send(update);
    });
  };
  const ends = [
    inventory.live.onChange((change) => {
      changes.push(change);
      due();
    }),
    revocations.onRevoked((revoked) => {
      for (const serial of revoked) serials.push(serial);
      due();
    }),
  ];
  return () => ends.forEach((end) => end());
}
