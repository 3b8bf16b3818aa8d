const MAX_PATH = 200;
const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** Folder of the templates that come with the package; a reference that starts with it always means these. */
export const PACKAGE_FOLDER = 'industry/';

/**
 * Resolves a reference in a template file to a path that the reader is asked for: relative to the template's folder,
 * `/` between segments, or within `industry/`. Path arithmetic only.
 *
 * @param from path of the file that holds the reference, of the same form
 * @returns null where the reference is absolute, leaves its folder, or holds anything but plain segments
 */
export function resolveSourcePath(from: string, reference: string): string | null {
  if (reference.length === 0 || reference.length > MAX_PATH) return null;
  const inPackage = reference.startsWith(PACKAGE_FOLDER);
  const base = inPackage ? [] : from.split('/').slice(0, -1);
  // A file of the package may reach its own industry's folder only; a user's file, all of the template's folder.
  const floor = inPackage ? 1 : from.startsWith(PACKAGE_FOLDER) ? 2 : 0;
  const segments = [...base];
  for (const segment of reference.split('/')) {
    if (segment === '.') continue;
    if (segment === '..') {
      if (segments.length <= floor) return null;
      segments.pop();
    } else if (SEGMENT.test(segment)) segments.push(segment);
    else return null;
  }
  const path = segments.join('/');
  if (!inPackage && floor === 0 && path.startsWith(PACKAGE_FOLDER)) return null;
  return segments.length > floor ? path : null;
}

/** The file that an `extends` reference means: `industry/logistics` is that folder's `template.yaml`. */
export function resolveExtends(from: string, reference: string): string | null {
  const named = /\.ya?ml$/.test(reference) ? reference : `${reference}/template.yaml`;
  return resolveSourcePath(from, named);
}
