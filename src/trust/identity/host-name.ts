const LABELS = /^(?:\*\.)?[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const LONGEST = 253;

/** What a host of the template is: a DNS name (also with a leading `*.`), an address, or neither. */
export function hostKind(host: string): 'dns' | 'ip' | null {
  if (host.length > LONGEST) return null;
  if (IPV4.test(host)) return 'ip';
  // Digits and dots alone are an address that went wrong, never a name.
  if (/^[\d.]+$/.test(host)) return null;
  if (LABELS.test(host)) return 'dns';
  return /^[0-9A-Fa-f:.]{2,45}$/.test(host) && URL.canParse(`http://[${host}]/`) ? 'ip' : null;
}
