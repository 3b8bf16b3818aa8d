import { MUD_BOUNDS, MudError, readMud } from '#declare/mud/index.ts';
import type { CheckContext } from './check-context.ts';
import type { ReadSource } from './follow-extends.ts';
import { readBeside } from './read-beside.ts';

/** The MUD profile of each type of device that names one: its file's text, which is checked to be one. */
export function readMudProfiles(context: CheckContext, readFile: ReadSource): ReadonlyMap<string, string> {
  const profiles = new Map<string, string>();
  for (const [name, type] of Object.entries(context.source.devices ?? {})) {
    const file = type?.mud;
    if (file === undefined) continue;
    const path = ['devices', name, 'mud'];
    const bounds = { most: MUD_BOUNDS.characters, code: 'TEMPLATE_VALUE_INVALID' } as const;
    const text = readBeside(context, path, file, readFile, bounds);
    if (text === null) continue;
    try {
      readMud(text);
      profiles.set(name, text);
    } catch (error) {
      if (!(error instanceof MudError)) throw error;
      context.at(path, 'TEMPLATE_VALUE_INVALID', `\`${file}\`: ${error.message.replace(/^[^:]*: /, '')}`);
    }
  }
  return profiles;
}
