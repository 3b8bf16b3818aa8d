import { intakeFields } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';

/**
 * The text of a template that extends an industry's, with what is most often changed as comments.
 *
 * @param schema path of the JSON Schema, relative to the file, for editors
 */
export function templateText(name: string, industry: string, base: Template, schema: string): string {
  const stream = [...base.streams.values()].find((one) => !one.name.startsWith('_'));
  const field = stream && intakeFields(stream).find(({ range }) => range !== null);
  const streamHint =
    stream === undefined || field === undefined
      ? []
      : [
          '# Change what is inherited by naming it again: only what stands here differs.',
          '# streams:',
          `#   ${stream.name}:`,
          '#     rate: 5/s',
          '#     fields:',
          `#       ${field.name}: { range: [${field.range?.[0] ?? 0}, ${field.range?.[1] ?? 100}] }`,
          '',
        ];
  return [
    `# yaml-language-server: $schema=${schema}`,
    'template: 1',
    `name: ${name}`,
    `extends: industry/${industry} # all of it holds until it is changed here; \`weir plan\` tells what it means`,
    '',
    '# Where readings about people may be kept.',
    '# region: eu',
    '',
    '# Listen for other machines, under names that the certificates carry. Without this only this machine gets in.',
    '# hosts: [weir.example.com]',
    '# listen: { address: 0.0.0.0 }',
    '',
    ...streamHint,
    '# Give roles to people: `weir user add NAME --role ROLE`. These are inherited:',
    ...[...base.people.values()].map(({ name: role, description }) => `#   ${role}: ${description ?? ''}`.trimEnd()),
    '',
  ].join('\n');
}
