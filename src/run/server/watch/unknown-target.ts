import { nearestWord } from '#declare/template/index.ts';
import { ALL_DEVICES } from '#watch/detect/index.ts';

/** What a window is for; null where it is for all. */
export interface WindowTarget {
  readonly device: string | null;
  readonly stream: string | null;
}

/** What there is: names of devices, whether one is among them, and names of streams. */
export interface KnownTargets {
  readonly isDevice: (name: string) => boolean | Promise<boolean>;
  readonly devices: () => Promise<readonly string[]>;
  readonly streams: readonly string[];
}

/**
 * What is wrong with whom a window is for: a device or a stream that is not there, with the one that is spelt most like it;
 * null where nothing is. A window for nobody silences nothing, which nobody would notice before the alerts that it was for.
 */
export async function unknownTarget({ device, stream }: WindowTarget, known: KnownTargets): Promise<string | null> {
  if (device !== null && device !== ALL_DEVICES && !(await known.isDevice(device))) {
    return `there is no device ${device}${nearest(device, await known.devices())}`;
  }
  if (stream !== null && !known.streams.includes(stream)) {
    return `there is no stream ${stream}${nearest(stream, known.streams)}`;
  }
  return null;
}

function nearest(found: string, names: readonly string[]): string {
  const word = nearestWord(found, names);
  return word === null ? '' : `, the nearest is ${word}`;
}
