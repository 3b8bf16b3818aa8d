import type { DiagnosticErrorCode } from './errors.ts';
import type { Findings } from './findings.ts';
import type { DeepPartial } from './partial.ts';
import type { TemplateSource } from './schema.ts';
import { keyPositionAt, positionAt } from './source-node.ts';
import type { MapNode, SourcePath } from './source-node.ts';

export type PartialSource = DeepPartial<TemplateSource>;

/** What the checks of meaning work on: the plain template, and where each part of it stands. */
export interface CheckContext {
  readonly source: PartialSource;
  readonly root: MapNode;
  readonly findings: Findings;
  /** A finding at the value of a path. */
  at(path: SourcePath, code: DiagnosticErrorCode, message: string): void;
  /** A finding at the key of a path. */
  atKey(path: SourcePath, code: DiagnosticErrorCode, message: string): void;
  /** A finding about a reference to something that does not exist. */
  unknown(path: SourcePath, kind: string, found: string, known: Iterable<string>): void;
}

export function makeCheckContext(source: PartialSource, root: MapNode, findings: Findings): CheckContext {
  return {
    source,
    root,
    findings,
    at: (path, code, message) => findings.add(code, positionAt(root, path), message),
    atKey: (path, code, message) => findings.add(code, keyPositionAt(root, path), message),
    unknown(path, kind, found, known) {
      const names = [...known];
      const all =
        names.length === 0
          ? 'none is declared'
          : `known: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`;
      const message = `there is no ${kind} \`${found}\`; ${all}`;
      findings.add('TEMPLATE_REFERENCE_UNKNOWN', positionAt(root, path), message, { found, known: names });
    },
  };
}
