import type { CheckContext } from './check-context.ts';
import type { ReadSource } from './follow-extends.ts';
import { TEMPLATE_BOUNDS } from './limits.ts';
import { readBeside } from './read-beside.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----\s+[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/;

/** The anchors of each manufacturer: its file's text where `anchors:` names one, else what is written there. */
export function readAnchors(context: CheckContext, readFile: ReadSource): ReadonlyMap<string, string> {
  const anchors = new Map<string, string>();
  for (const [name, maker] of Object.entries(context.source.manufacturers ?? {})) {
    const written = maker?.anchors;
    if (written === undefined) continue;
    const path = ['manufacturers', name, 'anchors'];
    const bounds = { most: TEMPLATE_BOUNDS.anchorCharacters, code: 'TEMPLATE_VALUE_INVALID' } as const;
    const text = written.endsWith('.pem') ? readBeside(context, path, written, readFile, bounds) : written;
    if (text === null) continue;
    if (CERTIFICATE.test(text)) anchors.set(name, text);
    else
      context.at(
        path,
        'TEMPLATE_VALUE_INVALID',
        'there is no certificate in PEM: name a `.pem` file, or write it here',
      );
  }
  return anchors;
}
