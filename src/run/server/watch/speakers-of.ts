/** What is asked of a device: its name and type, and types of devices that it may publish for. */
interface Speaking {
  readonly name: string;
  readonly type: string;
  readonly speaksFor: readonly string[];
}

/** Who speaks for whom: names of the devices that may publish for a device, which are of any type but are not itself. */
export function speakersOf(devices: readonly Speaking[]): (device: string) => readonly string[] {
  const byType = new Map<string, string[]>();
  const typeOf = new Map<string, string>();
  for (const { name, type, speaksFor } of devices) {
    typeOf.set(name, type);
    for (const other of speaksFor) byType.set(other, [...(byType.get(other) ?? []), name]);
  }
  return (device) => (byType.get(typeOf.get(device) ?? '') ?? []).filter((speaker) => speaker !== device);
}
