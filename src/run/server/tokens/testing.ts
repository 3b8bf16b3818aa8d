import type { Template } from '#declare/template/index.ts';
import { ShownDomains } from './shown-domains.ts';

/** Tokens shown as they are stored, as where no key was rotated yet. */
export function shownAsStored(template: () => Template): Promise<ShownDomains> {
  return ShownDomains.open({ keys: { shownKeys: async () => [] }, template });
}
