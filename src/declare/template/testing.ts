import { TemplateError } from './errors.ts';
import { formatDiagnostic } from './findings.ts';
import { parseTemplate } from './parse-template.ts';
import type { Template } from './types.ts';

/**
 * A template from YAML for tests, without files beside it unless given. `template: 1` and `name: test` are put before
 * a text that does not start with them.
 *
 * @throws {TemplateError} TEMPLATE_INVALID with every finding in the message
 */
export function makeTemplate(yaml: string, files: Readonly<Record<string, string>> = {}): Template {
  const text = /^template:/m.test(yaml) ? yaml : `template: 1\nname: test\n${yaml}`;
  const parsed = parseTemplate({ path: 'test.yaml', text }, (path) => files[path] ?? null);
  if ('template' in parsed) return parsed.template;
  const all = parsed.diagnostics.map(formatDiagnostic).join('\n');
  throw new TemplateError('TEMPLATE_INVALID', `Cannot make a test template:\n${all}`, {
    diagnostics: parsed.diagnostics,
  });
}
