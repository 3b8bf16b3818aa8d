import { formatDiagnostic, parseTemplate } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';

/**
 * A template from YAML, without files beside it unless given. `template: 1` and `name: test` are put before a text
 * that does not start with them. Throws with every finding in the message where the template has any.
 */
export function makeTemplate(yaml: string, files: Readonly<Record<string, string>> = {}): Template {
  const text = /^template:/m.test(yaml) ? yaml : `template: 1\nname: test\n${yaml}`;
  const parsed = parseTemplate({ path: 'test.yaml', text }, (path) => files[path] ?? null);
  if ('template' in parsed) return parsed.template;
  throw new Error(`The test template has findings:\n${parsed.diagnostics.map(formatDiagnostic).join('\n')}`);
}
