import type { Diagnostic, Template } from '#declare/template/index.ts';
import type { CedarEngine, CedarFinding } from './cedar-engine.ts';
import { cedarSchema } from './cedar-schema.ts';
import { filePolicies } from './file-policies.ts';
import { isData } from './platform-policies.ts';
import { relationFacts } from './relation-facts.ts';
import { rowFault } from './row-policies.ts';

/**
 * Findings about the `.cedar` files of a template: what does not parse, what does not fit the schema that the template
 * implies, what names a stream, view or table that is not there. Each with file, line and column.
 */
export function checkPolicies(template: Template, engine: CedarEngine): readonly Diagnostic[] {
  const files = template.policies ?? [];
  if (files.length === 0) return [];
  const schema = cedarSchema(template);
  const findings = files.flatMap(({ file, text }) => [
    ...checkText(text, schema, engine).map((finding) => place(file, text, finding)),
    ...unknownNames(template, file, text),
  ]);
  // What does not parse cannot be told apart into policies.
  return findings.length > 0 ? findings : [...splitFindings(template, engine)];
}

function checkText(text: string, schema: string, engine: CedarEngine): readonly CedarFinding[] {
  try {
    return engine.check(text, schema);
  } catch (error) {
    return [{ message: (error as Error).message, start: null, end: null }];
  }
}

/** Templates with slots, ids that are given twice, and masks and filters where they mean nothing. */
function splitFindings(template: Template, engine: CedarEngine): readonly Diagnostic[] {
  const seen = new Set<string>();
  return (template.policies ?? []).flatMap((one): Diagnostic[] => {
    const { file } = one;
    const at = (message: string): Diagnostic => ({ code: CODE, file, line: 1, column: 1, message, nearest: null });
    try {
      return filePolicies({ ...template, policies: [one] }, engine).flatMap((policy) => {
        const { id, effect, rows, mask, actions } = policy;
        const wrong: Diagnostic[] = [];
        if (seen.has(id)) wrong.push(at(`two policies are called ${id}: give one another @id`));
        if (!/^policies\.[\w.-]+$/.test(id))
          wrong.push(at(`\`${id}\` is no id: letters, digits, \`_\`, \`-\` and \`.\` make one`));
        if (rows !== null && (effect !== 'permit' || actions.some((action) => action !== 'query')))
          wrong.push(at(`${id}: @rows belongs to a policy that permits \`query\` and nothing else`));
        if (mask !== null && (effect !== 'permit' || actions.some((action) => action !== 'see')))
          wrong.push(at(`${id}: @mask belongs to a policy that permits \`see\` and nothing else`));
        if (mask !== null && !MASK.test(mask)) wrong.push(at(`${id}: there is no mask \`${mask}\``));
        if (actions.length === 0)
          wrong.push(at(`${id}: it is about no action that a file can rule; what a device hears is fixed`));
        const fault = policy.byRow && actions.some(isData) ? rowFault(engine.toJson(policy.text), template) : null;
        if (fault !== null) wrong.push(at(`${id}: ${fault} cannot be made a filter of rows`));
        seen.add(id);
        return wrong;
      });
    } catch (error) {
      return [at((error as Error).message)];
    }
  });
}

const CODE = 'TEMPLATE_POLICY_INVALID';
const MASK = /^(null|hash|round:-?[0-9]{1,2}|year|month|day|hour)$/;

/** Cedar does not know which streams there are: they have attributes, and so are no closed set to it. */
function* unknownNames(template: Template, file: string, text: string): Generator<Diagnostic> {
  for (const match of text.matchAll(/\b(View|Stream|Table)::"([^"\\]*)"/g)) {
    const [, type = '', name = ''] = match;
    const known =
      type === 'View'
        ? relationFacts(template, name) !== null
        : (type === 'Stream' ? template.streams : template.tables).has(name);
    if (known) continue;
    const message = `the template has no ${type.toLowerCase()} \`${name}\``;
    yield { code: CODE, file, ...lineAndColumn(text, match.index), message, nearest: null };
  }
}

function place(file: string, text: string, { message, start }: CedarFinding): Diagnostic {
  // Cedar counts bytes of UTF-8.
  const before = start === null ? '' : Buffer.from(text).subarray(0, start).toString();
  return { code: CODE, file, ...lineAndColumn(text, before.length), message, nearest: null };
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
