import type { Command } from 'commander';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

interface Options {
  readonly purpose: string;
}

/** What is written as a whole number is meant as one, where the column is of integers; texts of digits are told so. */
function valueOf(text: string, asText: boolean): string | number {
  const number = Number(text);
  return !asText && /^-?\d{1,16}$/.test(text) && Number.isSafeInteger(number) ? number : text;
}

/** From tokens to originals, and back: for who may detokenise, for a purpose, each value on record. */
export function addDetokeniseCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('detokenise <view> <column> <tokens...>')
    .description('what tokens of a column stand for; each is an entry of the log')
    .requiredOption('--purpose <word>', 'what for')
    .option('--text', 'tokens of digits are texts, as where a format of digits is kept')
    .action(
      async (view: string, column: string, tokens: string[], options: Options & { text?: true }, command: Command) => {
        const context = contextOf(command);
        // What is read from a file that Windows wrote ends in a carriage return, which no token does.
        const asked = tokens.map((token) => valueOf(token.replace(/\r$/, ''), options.text === true));
        const { values } = await context.withPlatform((client) =>
          client.json<{ values: { token: string | number; original: string | number | null }[] }>(
            'POST',
            '/v1/tokens/originals',
            { body: { view, column, purpose: options.purpose, tokens: asked } },
          ),
        );
        context.result(values, (rows) =>
          formatTable(
            ['token', 'original'],
            rows.map(({ token, original }) => [token, original]),
          ),
        );
        if (values.some(({ original }) => original === null)) {
          context.note('of tokens without an original you see no row there, or none was kept');
        }
      },
    );

  program
    .command('tokenise <view> <column> <originals...>')
    .description('the tokens that originals have in a column; each is an entry of the log')
    .requiredOption('--purpose <word>', 'what for')
    .option('--text', 'originals of digits are texts')
    .action(
      async (
        view: string,
        column: string,
        originals: string[],
        options: Options & { text?: true },
        command: Command,
      ) => {
        const context = contextOf(command);
        const asked = originals.map((original) => valueOf(original, options.text === true));
        const { values } = await context.withPlatform((client) =>
          client.json<{ values: { original: string | number; token: string | number | null }[] }>(
            'POST',
            '/v1/tokens',
            {
              body: { view, column, purpose: options.purpose, originals: asked },
            },
          ),
        );
        context.result(values, (rows) =>
          formatTable(
            ['original', 'token'],
            rows.map(({ original, token }) => [original, token]),
          ),
        );
        const found = values.find(({ token }) => token !== null);
        if (found !== undefined) {
          const literal = typeof found.token === 'number' ? String(found.token) : `'${found.token}'`;
          context.next(`query "select * from ${view} where ${column} = ${literal}" --purpose ${options.purpose}`);
        }
      },
    );
}
