import { formatDiagnostic, parseTemplate } from '#declare/template/index.ts';
import type { ParsedTemplate, Template } from '#declare/template/index.ts';

/**
 * A template from YAML, without files beside it unless given. `template: 1` and `name: test` are put before a text
 * that does not start with them. Throws with every finding in the message where the template has any.
 */
export function makeTemplate(yaml: string, files: Readonly<Record<string, string>> = {}): Template {
  const parsed = parse(yaml, files);
  if ('template' in parsed) return parsed.template;
  throw new Error(`The test template has findings:\n${parsed.diagnostics.map(formatDiagnostic).join('\n')}`);
}

/** The findings of such a template as `CODE line:column`, with `~word` where a nearest spelling is named. */
export function findingsOf(yaml: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const parsed = parse(yaml, files);
  if ('template' in parsed) return [];
  return parsed.diagnostics.map(
    ({ code, line, column, nearest }) => `${code} ${line}:${column}${nearest === null ? '' : ` ~${nearest}`}`,
  );
}

function parse(yaml: string, files: Readonly<Record<string, string>>): ParsedTemplate {
  const text = /^template:/m.test(yaml) ? yaml : `template: 1\nname: test\n${yaml}`;
  return parseTemplate({ path: 'test.yaml', text }, (path) =>
    Object.hasOwn(files, path) ? (files[path] ?? null) : null,
  );
}
