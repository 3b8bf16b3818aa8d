const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = new RegExp(`^${OCTET}(\\.${OCTET}){3}$`);

/** Whether a text is an IPv4 or IPv6 address (without zone). */
export function isIpAddress(text: string): boolean {
  if (IPV4.test(text)) return true;
  return text.length <= 45 && /^[0-9A-Fa-f:.]+$/.test(text) && text.includes(':') && URL.canParse(`http://[${text}]/`);
}

/** Whether an address is of this machine only: 127.0.0.0/8 or ::1, however it is written. */
export function isLoopback(address: string): boolean {
  if (IPV4.test(address)) return address.startsWith('127.');
  // The URL parser writes an IPv6 address in its shortest form.
  return isIpAddress(address) && new URL(`http://[${address}]/`).hostname === '[::1]';
}
