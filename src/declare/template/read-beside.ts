import type { CheckContext } from './check-context.ts';
import type { DiagnosticErrorCode } from './errors.ts';
import type { ReadSource } from './follow-extends.ts';
import { nodeAt } from './source-node.ts';
import { resolveSourcePath } from './source-path.ts';

/**
 * The text of a file that a value of the template names: it stands beside the template that names it, which may be one
 * that was extended. Findings are made for one that leaves the folder, is not there, or is too long.
 *
 * @param file untrusted
 * @param bounds the most characters, and the code for a path that leaves the folder
 * @returns null where there is a finding
 */
export function readBeside(
  context: CheckContext,
  path: readonly string[],
  file: string,
  readFile: ReadSource,
  bounds: { readonly most: number; readonly code: DiagnosticErrorCode },
): string | null {
  const from = nodeAt(context.root, path)?.at.file ?? context.root.at.file;
  const resolved = resolveSourcePath(from, file);
  if (resolved === null) {
    context.at(path, bounds.code, `\`${file}\` leaves the template's folder; name a file in it`);
    return null;
  }
  const text = readFile(resolved);
  if (text === null) context.at(path, 'TEMPLATE_FILE_MISSING', `there is no file \`${resolved}\``);
  else if (text.length > bounds.most) {
    context.at(
      path,
      'TEMPLATE_TOO_LARGE',
      `\`${resolved}\` has ${text.length} characters; at most ${bounds.most} are read`,
    );
    return null;
  }
  return text;
}
