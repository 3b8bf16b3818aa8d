import type { CheckContext } from './check-context.ts';
import { isIpAddress, isLoopback } from './ip-address.ts';
import { LIMIT_RULES } from './limits.ts';
import { parseDuration, parseSize } from './quantities.ts';

/** Checks what concerns the platform as a whole: listeners, transport, limits. */
export function checkPlatform(context: CheckContext): void {
  checkListen(context);
  const { tls } = context.source;
  if (tls?.hybrid === 'require' && (tls.minimum === '1.2' || tls.minimum === 1.2)) {
    context.at(
      ['tls', 'minimum'],
      'TEMPLATE_VALUE_INVALID',
      'a hybrid key exchange needs TLS 1.3; with `hybrid: require` the minimum is 1.3',
    );
  }
  checkLimits(context);
}

function checkListen(context: CheckContext): void {
  const { listen, hosts = [] } = context.source;
  const address = listen?.address;
  if (address !== undefined) {
    if (!isIpAddress(address)) {
      context.at(
        ['listen', 'address'],
        'TEMPLATE_LISTEN_INVALID',
        `\`${address}\` is no IP address; names go under \`hosts\``,
      );
    } else if (!isLoopback(address) && hosts.every((host) => host === 'localhost' || isLoopback(host))) {
      context.at(
        ['listen', 'address'],
        'TEMPLATE_LISTEN_INVALID',
        `\`${address}\` is reached from other machines: name the platform under \`hosts\`, so that its certificate can`,
      );
    }
  }
  const taken = new Map<number, string>();
  for (const key of ['mqtt', 'https', 'api', 'status'] as const) {
    const port = listen?.[key] ?? (key === 'status' ? 0 : DEFAULT_PORTS[key]);
    const holder = taken.get(port);
    if (port !== 0 && holder !== undefined) {
      context.at(['listen', key], 'TEMPLATE_LISTEN_INVALID', `port ${port} is taken by \`${holder}\``);
    }
    taken.set(port, key);
  }
}

/** Where the platform listens when the template does not say. */
export const DEFAULT_PORTS = { mqtt: 8883, https: 8443, api: 7443 } as const;

function checkLimits(context: CheckContext): void {
  const { limits = {} } = context.source;
  for (const rule of LIMIT_RULES) {
    const written = limits[rule.key];
    if (typeof written !== 'string') continue;
    const value = rule.kind === 'size' ? parseSize(written) : parseDuration(written);
    if (value !== null && value >= rule.least && value <= rule.most) continue;
    const unit = rule.kind === 'size' ? 'bytes' : 'milliseconds';
    context.at(
      ['limits', rule.key],
      'TEMPLATE_VALUE_INVALID',
      `\`${rule.key}\` is between ${rule.least} and ${rule.most} ${unit}`,
    );
  }
}
