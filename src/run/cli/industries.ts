import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderReader, nearestWord, parseTemplate } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { CliError } from './errors.ts';
import { PACKAGE_TEMPLATES } from './template-source.ts';

/** A template of the package that others can extend. */
export interface Industry {
  readonly name: string;
  readonly description: string;
}

/** All industry templates that come with the package, by name. */
export function listIndustries(): readonly Industry[] {
  return industries().map((name) => ({ name, description: readIndustry(name).description ?? '' }));
}

/** @throws {CliError} CLI_USAGE if the package has no such industry */
export function readIndustry(name: string): Template {
  const known = industries();
  if (!known.includes(name)) {
    const nearest = nearestWord(name, known);
    const guess = nearest === null ? '' : `; did you mean ${nearest}?`;
    throw new CliError('CLI_USAGE', `Cannot make a template for ${name}: there are ${known.join(', ')}${guess}`);
  }
  const path = `industry/${name}/template.yaml`;
  const text = readFileSync(join(PACKAGE_TEMPLATES, path), 'utf8');
  const parsed = parseTemplate({ path, text }, folderReader(PACKAGE_TEMPLATES, PACKAGE_TEMPLATES));
  if ('template' in parsed) return parsed.template;
  throw new TypeError(`the template of ${name} that comes with the package has findings`);
}

function industries(): readonly string[] {
  const entries = readdirSync(join(PACKAGE_TEMPLATES, 'industry'), { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted();
}
