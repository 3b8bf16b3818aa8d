import type { Deed } from './ask-first.ts';

/** A key as far as it is said which one goes. */
interface KeyShown {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly expires: string;
  readonly lastUsed?: string | null;
}

/** What goes with a key: it never counts again, and whoever has it needs another. */
export function keyGoing(id: string, keys: readonly KeyShown[]): Deed {
  const found = keys.find((one) => one.id === id);
  const deed = `revoke ${id}`;
  if (found === undefined) return { deed, goes: 'no key that you may see has this id' };
  const { name, status, expires, lastUsed } = found;
  const used = lastUsed === undefined ? '' : `, last used ${lastUsed ?? 'never'}`;
  return { deed, goes: `the key ${name}, ${status} until ${expires}${used}, would be taken back for ever` };
}
