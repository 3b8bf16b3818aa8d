import type { CheckContext } from './check-context.ts';
import { parseDuration } from './quantities.ts';

const MINUTE = 60_000;
const LONGEST_LIFE = 10 * 365 * 24 * 60 * MINUTE;

/** Checks types of devices: whom they speak for, whose certificates they come with, how long ours live. */
export function checkDevices(context: CheckContext): void {
  const { devices = {}, manufacturers = {} } = context.source;
  const [types, makers] = [Object.keys(devices), Object.keys(manufacturers)];
  for (const [name, device] of Object.entries(devices)) {
    for (const [index, other] of (device?.['speaks-for'] ?? []).entries()) {
      if (!types.includes(other)) context.unknown(['devices', name, 'speaks-for', index], 'device type', other, types);
    }
    for (const [index, maker] of (device?.manufacturers ?? []).entries()) {
      if (!makers.includes(maker)) {
        context.unknown(['devices', name, 'manufacturers', index], 'manufacturer', maker, makers);
      }
    }
    checkCertificate(context, name, device?.certificate);
  }
}

function checkCertificate(
  context: CheckContext,
  name: string,
  terms: { readonly life?: string | undefined; readonly 'renew-before'?: string | undefined } | undefined,
): void {
  const path = ['devices', name, 'certificate'];
  const life = parseDuration(terms?.life ?? '365d') ?? 0;
  const window = parseDuration(terms?.['renew-before'] ?? '1m') ?? 0;
  if (life < MINUTE || life > LONGEST_LIFE) {
    context.at([...path, 'life'], 'TEMPLATE_VALUE_INVALID', 'a certificate lives from a minute to ten years');
  }
  if (window < MINUTE || window > life) {
    const text = 'the renewal window is from a minute to the whole life of the certificate';
    context.at([...path, 'renew-before'], 'TEMPLATE_VALUE_INVALID', text);
  }
}
