import type { DiagnosticErrorCode } from './errors.ts';
import { nearestWord } from './nearest-word.ts';
import type { Position } from './source-node.ts';
import type { Diagnostic } from './types.ts';

/** More findings than this help nobody; the rest are left out. */
const MAX_FINDINGS = 200;

/** Gathers findings about a template, each with its place. */
export class Findings {
  readonly #all: Diagnostic[] = [];

  get count(): number {
    return this.#all.length;
  }

  /**
   * Adds a finding.
   *
   * @param known words that would have been right, to name the nearest spelling of `found`
   */
  add(
    code: DiagnosticErrorCode,
    at: Position,
    message: string,
    spelling: { found: string; known: Iterable<string> } | null = null,
  ): void {
    const nearest = spelling === null ? null : nearestWord(spelling.found, spelling.known);
    this.#all.push({ code, file: at.file, line: at.line, column: at.column, message, nearest });
  }

  /** All findings in order of file, line, column, code; equal ones once; at most 200. */
  sorted(): readonly Diagnostic[] {
    const unique = new Map(this.#all.map((d) => [`${d.file}:${d.line}:${d.column}:${d.code}:${d.message}`, d]));
    const sorted = [...unique.values()].toSorted(
      (a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.code, b.code),
    );
    return sorted.slice(0, MAX_FINDINGS);
  }
}

/** One finding as a line for people: `file:line:column: message; did you mean …? [CODE]`. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, message, nearest, code } = diagnostic;
  const hint = nearest === null ? '' : `; did you mean \`${nearest}\`?`;
  return `${file}:${line}:${column}: ${message}${hint} [${code}]`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
