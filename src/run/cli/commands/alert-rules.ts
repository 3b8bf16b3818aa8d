import type { Command } from 'commander';
import type { RuleForm } from '#run/server/index.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

/** What people said that alerts are to be: versions of it, windows, and taking one back. */
export function addRuleCommands(alert: Command, contextOf: ContextOf): void {
  alert
    .command('rules')
    .description('what answers and windows make of alerts, version by version')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { rules } = await context.withPlatform((client) =>
        client.json<{ rules: RuleForm[] }>('GET', '/v1/alert-rules'),
      );
      context.result(rules, (rows) => (rows.length === 0 ? 'nothing was said of alerts so far\n' : showRules(rows)));
    });
  alert
    .command('window')
    .description('what begins and ends in a time is expected, as during maintenance')
    .requiredOption('--until <time>', 'its end (RFC 3339), at most 31 days after its beginning')
    .requiredOption('--reason <text>', 'why')
    .option('--from <time>', 'its beginning, now by default')
    .option('--device <name>', 'of this device, else of all')
    .option('--stream <name>', 'of this stream, else of all')
    .option('--field <name>', 'where this field is the cause, else any')
    .action(async (options: Readonly<Record<string, string>>, command: Command) => {
      const context = contextOf(command);
      const rule = await context.withPlatform((client) =>
        client.json<RuleForm>('POST', '/v1/alert-rules', { body: { ...options } }),
      );
      context.result(rule, ({ version, until }) => `version ${version}: a window until ${until}\n`);
      if (rule.device === null)
        context.note('for several devices: it counts where two people have opened such a window');
      context.next(`alert revert ${rule.version}`);
    });
  alert
    .command('revert <version>')
    .description('takes a version back: what it silenced is told again')
    .action(async (version: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const path = `/v1/alert-rules/${encodeURIComponent(version)}/revert`;
      const rule = await context.withPlatform((client) => client.json<RuleForm>('POST', path, { body: {} }));
      context.result(rule, () => `version ${version} is taken back\n`);
      context.next('alert rules');
    });
}

function showRules(rules: readonly RuleForm[]): string {
  return formatTable(
    ['version', 'kind', 'device', 'stream', 'field', 'up to', 'from', 'until', 'by', 'reason', 'taken back'],
    rules.map((rule) => [
      rule.version,
      rule.kind,
      rule.device ?? 'all',
      rule.stream ?? 'all',
      rule.field ?? rule.rule?.name ?? 'any',
      rule.mostTimes === null ? '' : `${Number(rule.mostTimes.toPrecision(3))} times`,
      rule.from,
      rule.until,
      rule.by,
      rule.reason,
      rule.reverted?.at,
    ]),
  );
}
