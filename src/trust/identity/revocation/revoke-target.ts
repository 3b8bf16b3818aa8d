import { IdentityError } from '../errors.ts';

/** What is revoked: a device for ever, one certificate, every device of a type, or all that an authority gave. */
export type RevokeTarget =
  | { readonly kind: 'device'; readonly name: string }
  | { readonly kind: 'serial'; readonly serial: string }
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'issuer'; readonly generation: number };

/** How the log names a target. */
export function formatTarget(target: RevokeTarget): string {
  switch (target.kind) {
    case 'device':
      return `device:${target.name}`;
    case 'serial':
      return `certificate:${target.serial}`;
    case 'type':
      return `device-type:${target.type}`;
    case 'issuer':
      return `authority:issuing:${target.generation}`;
  }
}

/** Reads a target back from the log; null for what is none. */
export function parseTarget(resource: string): RevokeTarget | null {
  const [, prefix = '', rest = ''] = /^(device|certificate|device-type|authority:issuing):(.+)$/s.exec(resource) ?? [];
  switch (prefix) {
    case 'device':
      return { kind: 'device', name: rest };
    case 'certificate':
      return { kind: 'serial', serial: rest };
    case 'device-type':
      return { kind: 'type', type: rest };
    case 'authority:issuing':
      return /^[1-9][0-9]{0,8}$/.test(rest) ? { kind: 'issuer', generation: Number(rest) } : null;
    default:
      return null;
  }
}

/** A serial number as it is stored. @param text untrusted; colons and lower case are put up with */
export function requireSerial(text: string): string {
  const serial = text.replaceAll(':', '').toUpperCase();
  if (/^([0-9A-F]{2}){1,20}$/.test(serial)) return serial;
  throw new IdentityError('IDENTITY_REVOCATION_INVALID', `Cannot use serial ${JSON.stringify(text.slice(0, 64))}`, {
    hint: 'Give the serial number in hex, as `weir device show` prints it',
  });
}
