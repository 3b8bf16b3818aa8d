import { DEVICE_NAME_PATTERN } from '#base/core/index.ts';

/** Who a client certificate speaks for: a device, or a person's or program's client such as the operator's. */
export interface Subject {
  readonly kind: 'device' | 'client';
  readonly name: string;
}

/** The URI that a client certificate carries: `urn:weir:<deployment>:device:<name>` or `…:client:<name>`. */
export function formatSubjectUri(deployment: string, subject: Subject): string {
  return `urn:weir:${deployment}:${subject.kind}:${subject.name}`;
}

/**
 * Reads the subject of a certificate from its alternative names as Node prints them. Exactly one URI of ours and
 * nothing beside it will do: a name cannot hold the comma, quote or blank by which Node would separate a second.
 *
 * @returns null for anything else
 */
export function parseSubjectNames(deployment: string, names: string | undefined): Subject | null {
  const start = `URI:urn:weir:${deployment}:`;
  if (names === undefined || names.length > 512 || !names.startsWith(start)) return null;
  const rest = names.slice(start.length);
  const colon = rest.indexOf(':');
  const kind = rest.slice(0, colon);
  const name = rest.slice(colon + 1);
  // The probe's own device is the one name with a leading underscore.
  if (!DEVICE_NAME_PATTERN.test(name.startsWith('_') ? name.slice(1) : name)) return null;
  return kind === 'device' || kind === 'client' ? { kind, name } : null;
}
