import { REASON } from '#flow/ingest/index.ts';
import type { DeviceDirectory, DeviceEntry } from '../ports.ts';
import { parsePublishTopic } from './topic.ts';

/** Where messages on one topic of one connection go. */
export interface PublishRoute {
  /** The topic as it came, to know it again without decoding it. */
  readonly topic: Uint8Array;
  readonly stream: string;
  readonly about: DeviceEntry;
  /** Reason number where nothing on this topic can be taken; 0 where ingest decides. */
  readonly refusal: number;
  /** Of the context when the route was found. */
  readonly version: number;
  /** Whether the sender was told on this topic that members which no field declares were left out. */
  toldDropped: boolean;
}

/**
 * Finds where a topic leads for a sender: to a stream, about itself or about a device that it speaks for.
 *
 * @param topic valid UTF-8, untrusted
 */
export function findRoute(
  raw: Uint8Array,
  topic: string,
  sender: DeviceEntry,
  devices: DeviceDirectory,
  version: number,
): PublishRoute {
  const parts = parsePublishTopic(topic);
  const route = { topic: raw, stream: parts?.stream ?? '', about: sender, version, toldDropped: false };
  if (parts === null) return { ...route, refusal: REASON.notAStream.number };
  if (parts.about === null || parts.about === sender.name) return { ...route, refusal: 0 };
  const about = devices.find(parts.about);
  if (about === null) return { ...route, refusal: REASON.unknownDevice.number };
  // The sender's entry of now: the one that it connected with may have had another right.
  const speaksFor = devices.find(sender.name)?.speaksFor ?? [];
  const refusal = speaksFor.includes(about.type) ? 0 : REASON.notAllowed.number;
  return { ...route, about, refusal };
}

/** Whether a route is for the topic that lies between two offsets. */
export function isTopic(route: PublishRoute, data: Uint8Array, start: number, end: number): boolean {
  const { topic } = route;
  if (topic.length !== end - start) return false;
  for (let i = 0; i < topic.length; i++) if (topic[i] !== data[start + i]) return false;
  return true;
}
