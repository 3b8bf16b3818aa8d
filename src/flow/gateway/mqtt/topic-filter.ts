import { PACKET_RULES } from './packet-rules.ts';
import { ReasonCode } from './reason-code.ts';
import { MAX_TOPIC_BYTES } from './topic.ts';

/**
 * Decides whether a device may subscribe to a filter: only to what lies under `commands/<itself>`.
 *
 * @returns 0, or the reason code for the SUBACK
 * @see MQTT 5 sections 4.7 and 4.8.2
 */
export function checkFilter(filter: string, device: string): number {
  if (filter.length === 0 || filter.length > MAX_TOPIC_BYTES) return ReasonCode.TopicFilterInvalid;
  if (filter.startsWith('$share/')) return ReasonCode.SharedSubscriptionsNotSupported;
  const levels = filter.split('/');
  const malformed = levels.some(
    (level, i) =>
      (level.includes('#') && (level !== '#' || i !== levels.length - 1)) || (level.includes('+') && level !== '+'),
  );
  if (malformed) return ReasonCode.TopicFilterInvalid;
  return levels[0] === PACKET_RULES.Subscribe.root && levels[1] === device && levels.length > 2
    ? 0
    : ReasonCode.NotAuthorized;
}

/**
 * Whether a topic matches a well-formed filter.
 *
 * @see MQTT 5 section 4.7.1
 */
export function matchesFilter(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [i, level] of wanted.entries()) {
    // `a/#` matches its parent `a` as well.
    if (level === '#') return levels.length >= i;
    if (i >= levels.length || (level !== '+' && level !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}
