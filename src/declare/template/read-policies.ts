import type { CheckContext } from './check-context.ts';
import type { ReadSource } from './follow-extends.ts';
import { TEMPLATE_BOUNDS } from './limits.ts';
import { nodeAt } from './source-node.ts';
import { resolveSourcePath } from './source-path.ts';
import type { PolicyFile } from './types.ts';

/**
 * The files that `policies` names, read. What they say the policy room checks; here they are bounded, since whoever
 * parses them next is a program that takes what it is given.
 */
export function readPolicies(context: CheckContext, readFile: ReadSource): readonly PolicyFile[] {
  const named = context.source.policies ?? [];
  const files: PolicyFile[] = [];
  if (named.length > TEMPLATE_BOUNDS.policyFiles) {
    const message = `${named.length} files are named; at most ${TEMPLATE_BOUNDS.policyFiles} are read`;
    context.at(['policies'], 'TEMPLATE_TOO_LARGE', message);
    return files;
  }
  for (const [index, name] of named.entries()) {
    const path = ['policies', index];
    // A file stands beside the template that names it, which may be one that was extended.
    const from = nodeAt(context.root, path)?.at.file ?? context.root.at.file;
    const file = name === undefined ? null : resolveSourcePath(from, name);
    if (file === null) {
      context.at(path, 'TEMPLATE_POLICY_INVALID', `\`${name}\` leaves the template's folder; name a file in it`);
      continue;
    }
    const text = readFile(file);
    if (text === null) context.at(path, 'TEMPLATE_FILE_MISSING', `there is no file \`${file}\``);
    else if (text.length > TEMPLATE_BOUNDS.policyCharacters) {
      const most = TEMPLATE_BOUNDS.policyCharacters;
      context.at(path, 'TEMPLATE_TOO_LARGE', `\`${file}\` has ${text.length} characters; at most ${most} are read`);
    } else if (depthOf(text) > TEMPLATE_BOUNDS.policyDepth) {
      const most = TEMPLATE_BOUNDS.policyDepth;
      context.at(path, 'TEMPLATE_TOO_LARGE', `\`${file}\` nests deeper than ${most} brackets, negations or branches`);
    } else if (files.some((other) => other.file === file)) {
      context.at(path, 'TEMPLATE_POLICY_INVALID', `\`${file}\` is named twice`);
    } else files.push({ file, text });
  }
  return files;
}

/**
 * How deep one policy of a text can nest at most: brackets, runs of signs, and operators, of which a row nests as deep as
 * it is long. An upper bound: what stands in a comment or text counts too.
 */
function depthOf(text: string): number {
  let deepest = 0;
  let [depth, signs, branches, operators] = [0, 0, 0, 0];
  for (const [token] of text.matchAll(/[([{]|[)\]}]|;|[!-]|&&|\|\||[+*]|\belse\b|\./g)) {
    if (token === ';') [depth, signs, branches, operators] = [0, 0, 0, 0];
    else if (/[)\]}]/.test(token)) depth = Math.max(0, depth - 1);
    else if (/[([{]/.test(token)) depth += 1;
    else if (/[!-]/.test(token)) signs += 1;
    else if (token === 'else') branches += 1;
    else operators += 1;
    deepest = Math.max(deepest, depth, signs, branches, operators / OPERATORS_A_LEVEL);
  }
  return deepest;
}

/** A row of this many operators counts as one level of brackets. */
const OPERATORS_A_LEVEL = 8;
