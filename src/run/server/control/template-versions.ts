import type { Clock, Json } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, CatalogueSchema, RowSealer } from '#base/storage/index.ts';
import { CedarEngine, checkPolicies } from '#declare/policy/index.ts';
import { parseTemplate, templateFromJson, templateToJson } from '#declare/template/index.ts';
import type { Diagnostic, Template } from '#declare/template/index.ts';
import { ServerError } from '../errors.ts';

/** A template as a user hands it in: its text and the files beside it that it refers to, by relative path. */
export interface TemplateSource {
  readonly path: string;
  readonly text: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Of a digest, so many name a version. */
const LEAST_DIGITS = 4;

/** A version that was put in force once. */
export interface AppliedVersion {
  readonly name: string;
  readonly digest: string;
  /** When, in epoch microseconds. */
  readonly applied: number;
  /** By whom: pseudonymous, as the log names actors. */
  readonly actor: string;
}

/** A version with the text that it was handed in as. */
export interface HandedIn extends AppliedVersion {
  readonly source: TemplateSource;
}

const VERSIONS = {
  name: 'server_templates',
  key: { applied: 'integer' },
  clear: { digest: 'text', actor: 'text' },
  sealed: (value: Json) => value as { readonly template: Json; readonly source: Json },
  indexes: [['digest']],
} as const;

export const TEMPLATE_SCHEMA_TABLES: CatalogueSchema = {
  room: 'server',
  migrations: [sealedTableSql(VERSIONS)],
};

/** The versions of the template that were applied here, newest last; none is ever changed or removed. */
export class TemplateVersions {
  readonly #catalogue: Catalogue;
  readonly #table: SealedTable<typeof VERSIONS.key, typeof VERSIONS.clear, { template: Json; source: Json }>;
  readonly #clock: Clock;
  readonly #byDigest = new Map<string, Template>();
  #current: Template | null = null;
  #since = 0;

  private constructor(catalogue: Catalogue, sealer: RowSealer, clock: Clock) {
    this.#catalogue = catalogue;
    this.#table = new SealedTable(VERSIONS, sealer);
    this.#clock = clock;
  }

  /** Opens the versions of a catalogue; the newest is the current one. */
  static async open(catalogue: Catalogue, sealer: RowSealer, clock: Clock): Promise<TemplateVersions> {
    await catalogue.migrate(TEMPLATE_SCHEMA_TABLES);
    const versions = new TemplateVersions(catalogue, sealer, clock);
    for (const row of await versions.#table.list(catalogue)) {
      const template = templateFromJson(row.sealed.template);
      versions.#byDigest.set(row.digest, template);
      versions.#current = template;
      versions.#since = row.applied;
    }
    return versions;
  }

  /** The version in force, or null before the first. */
  get current(): Template | null {
    return this.#current;
  }

  /** When the version in force was applied, in epoch microseconds. */
  get since(): number {
    return this.#since;
  }

  /** The version of a digest, for reading what it admitted. */
  find(digest: string): Template | null {
    return this.#byDigest.get(digest) ?? null;
  }

  /** All versions, each once, oldest first. */
  all(): readonly Template[] {
    return [...this.#byDigest.values()];
  }

  /** Every time that a version was put in force, the newest first: one that was put back stands there again. */
  async applications(): Promise<readonly AppliedVersion[]> {
    const rows = await this.#table.list(this.#catalogue, { descending: true });
    return rows.map(({ digest, applied, actor }) => ({
      name: this.#byDigest.get(digest)?.name ?? '',
      digest,
      applied,
      actor,
    }));
  }

  /**
   * A version as it was handed in when it was applied last.
   *
   * @param beginning the first digits of its digest, at least four
   * @returns null where no version begins so, or several do
   */
  async handedIn(beginning: string): Promise<HandedIn | null> {
    const [template, another] = this.all().filter(({ digest }) => digest.startsWith(beginning));
    if (beginning.length < LEAST_DIGITS || template === undefined || another !== undefined) return null;
    const { name, digest } = template;
    const [row] = await this.#table.list(this.#catalogue, { where: { digest }, descending: true, limit: 1 });
    if (row === undefined) return null;
    const { applied, actor, sealed } = row;
    return { name, digest, applied, actor, source: sealed.source as unknown as TemplateSource };
  }

  /** Stores a version as the one in force. The caller has decided, logged and checked the change. */
  async apply(template: Template, source: TemplateSource, actor: string): Promise<void> {
    const applied = Math.max(this.#clock.now(), this.#since + 1);
    await this.#catalogue.transaction((tx) =>
      this.#table.insert(
        tx,
        { applied, digest: template.digest, actor },
        { template: templateToJson(template), source: { ...source } },
      ),
    );
    this.#byDigest.set(template.digest, template);
    this.#current = template;
    this.#since = applied;
  }
}

/**
 * The template that a source describes.
 *
 * @param packageFile reads the templates that come with the package
 * @throws {ServerError} SERVER_TEMPLATE_INVALID with every finding, each with file, line and column
 */
export function requireTemplate(source: TemplateSource, packageFile: (path: string) => string | null): Template {
  const parsed = parseTemplate(source, (path) =>
    Object.hasOwn(source.files, path) ? (source.files[path] ?? null) : packageFile(path),
  );
  const findings = 'template' in parsed ? checkPolicies(parsed.template, new CedarEngine()) : parsed.diagnostics;
  if ('template' in parsed && findings.length === 0) return parsed.template;
  throw new ServerError('SERVER_TEMPLATE_INVALID', `Cannot use template:\n${findings.map(formatFinding).join('\n')}`, {
    hint: 'Mend the lines named above; what runs was not changed',
  });
}

function formatFinding({ file, line, column, message, nearest }: Diagnostic): string {
  return `${file}:${line}:${column} ${message}${nearest === null ? '' : ` (did you mean ${nearest}?)`}`;
}
