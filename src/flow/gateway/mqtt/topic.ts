import { isUtf8 } from 'node:buffer';
import { DEVICE_NAME_PATTERN, NAME_PATTERN } from '#base/core/index.ts';
import { PACKET_RULES } from './packet-rules.ts';

/** A topic to publish to, taken apart; `about` is null for the sender itself. */
export interface PublishTopic {
  readonly stream: string;
  readonly about: string | null;
}

/** Longest topic in bytes: prefix, two names and the slashes between them have room to spare. */
export const MAX_TOPIC_BYTES = 256;

/**
 * The text of a topic or filter as it came.
 *
 * @returns null where it is not well-formed: bad UTF-8, U+0000, or longer than any topic here
 * @see MQTT 5 sections 1.5.4 and 4.7.3
 */
export function readTopic(data: Buffer, start: number, end: number): string | null {
  if (end - start > MAX_TOPIC_BYTES || !isUtf8(data.subarray(start, end))) return null;
  const text = data.toString('utf8', start, end);
  return text.includes('\0') ? null : text;
}

/** Takes `streams/<stream>` or `streams/<stream>/<device>` apart; null for any other topic. */
export function parsePublishTopic(topic: string): PublishTopic | null {
  const parts = topic.split('/', 4);
  const stream = parts[1];
  const about = parts[2] ?? null;
  if (parts.length < 2 || parts.length > 3 || parts[0] !== PACKET_RULES.Publish.root || stream === undefined)
    return null;
  if (!isStreamName(stream)) return null;
  if (about !== null && !isDeviceName(about)) return null;
  return { stream, about };
}

// Streams and devices of the platform's own begin with an underscore.
function isStreamName(name: string): boolean {
  return NAME_PATTERN.test(name.startsWith('_') ? name.slice(1) : name);
}

function isDeviceName(name: string): boolean {
  return DEVICE_NAME_PATTERN.test(name.startsWith('_') ? name.slice(1) : name);
}
