import type { Command } from 'commander';
import type { WebhookForm } from '#run/server/index.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

/** Where alerts are sent to. */
export function addWebhookCommands(program: Command, contextOf: ContextOf): void {
  program
    .command('webhooks')
    .description('where alerts are sent to, and how that goes')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { webhooks } = await context.withPlatform((client) =>
        client.json<{ webhooks: WebhookForm[] }>('GET', '/v1/webhooks'),
      );
      context.result(webhooks, (all) => (all.length === 0 ? 'the template names no webhook\n' : showAll(all)));
    });
}

function showAll(webhooks: readonly WebhookForm[]): string {
  return formatTable(
    ['name', 'at', 'from', 'state', 'sent', 'waiting', 'given up', 'tries', 'next try', 'last answer', 'public key'],
    webhooks.map(({ name, at, severity, state, delivered, waiting, givenUp, tries, nextTry, last, publicKey }) => [
      name,
      at,
      severity,
      state,
      delivered,
      waiting,
      givenUp,
      tries,
      nextTry ?? '',
      last === null ? '' : (last.problem ?? last.status ?? ''),
      publicKey ?? '',
    ]),
  );
}
