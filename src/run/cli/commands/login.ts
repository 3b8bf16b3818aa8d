import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { loginInBrowser, loginOnDevice } from '../login-at-provider.ts';
import type { LoginAnswer } from '../login-at-provider.ts';
import type { PlatformClient } from '../platform-client.ts';
import { readSecretOf } from '../read-secret.ts';
import type { SecretSources } from '../read-secret.ts';
import type { ContextOf } from './command.ts';
import { OutFiles, writingFiles } from '../out-files.ts';
import type { AskOptions } from '../ask-first.ts';

interface LoginOptions extends AskOptions {
  readonly code?: boolean;
  readonly codeFile?: string;
  readonly passwordFile?: string;
  readonly oidc?: string;
  readonly device?: boolean;
  readonly out: string;
}

const SESSION = /^weir_session_\w{1,80}\s*$/;

const secretSources = (file: string | undefined, ask: (text: string) => void): SecretSources => ({
  file,
  keyboard: process.stdin,
  ask,
});

/** Signs in and out. */
export function addLoginCommand(program: Command, contextOf: ContextOf): void {
  writingFiles(program.command('login [name]'))
    .description('sign in, and keep the session in a file')
    .option('--code', 'with a one-time code of `user invite`')
    .option('--code-file <file>', 'the code, instead of being asked for it')
    .option('--oidc <provider>', 'at an identity provider of the template, in a browser on this machine')
    .option('--device', 'with --oidc: in a browser on any device')
    .option('--password-file <file>', 'the password, instead of being asked for it')
    .option('--out <file>', 'where the session is kept', 'weir.session')
    .action(async (name: string | undefined, options: LoginOptions, command: Command) => {
      const context = contextOf(command);
      const ways = [name, options.code === true || options.codeFile !== undefined || undefined, options.oidc];
      if (ways.filter((way) => way !== undefined).length !== 1) {
        throw new CliError('CLI_USAGE', 'Cannot sign in: name one of an account, --code and --oidc', {
          hint: 'weir login NAME with a password, weir login --code with a code of weir user invite',
        });
      }
      const files = await OutFiles.open(context, options, (await holdsSession(options.out)) ? undefined : options.out);
      const answer = await context.asNobody((client) => signIn(client, name, options, context));
      const { session, user, token } = answer;
      await files.write(options.out, `${token}\n`, 0o600);
      context.note(`${user.name} is signed in until ${session.expires}`);
      context.result({ session, user, file: options.out }, ({ file }) => `${file}\n`);
      context.next(`whoami --token-file ${options.out}`);
    });

  program
    .command('logout')
    .description('end the session of --token-file')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { ended } = await context.withPlatform((client) =>
        client.json<{ ended: boolean }>('POST', '/v1/me/sign-out', { body: {} }),
      );
      context.result({ ended }, () => (ended ? 'the session is ended\n' : 'there was no session to end\n'));
    });

  program
    .command('whoami')
    .description('as whom commands act, with which roles, and how that was shown')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const me = await context.withPlatform((client) => client.json<Me>('GET', '/v1/me'));
      context.result(me, ({ id, kind, roles, method, strength }) =>
        [`${kind} ${id}`, `roles ${roles.join(', ') || 'none'}`, `by ${method}, ${strength}`, ''].join('\n'),
      );
    });
}

/** Signing in again puts a session in the place of the last one. */
async function holdsSession(file: string): Promise<boolean> {
  return SESSION.test(await readFile(file, 'utf8').catch(() => ''));
}

async function signIn(
  client: PlatformClient,
  name: string | undefined,
  { oidc, device, codeFile, passwordFile }: LoginOptions,
  context: CommandContext,
): Promise<LoginAnswer> {
  const { err } = context.terminal;
  if (oidc !== undefined) {
    const login = device === true ? loginOnDevice : loginInBrowser;
    return login(client, oidc, (text) => context.note(text));
  }
  if (name === undefined) {
    const code = (await readSecretOf('code', secretSources(codeFile, err))).trim();
    return client.json<LoginAnswer>('POST', '/v1/sign-in/code', { body: { code } });
  }
  const password = await readSecretOf('password', secretSources(passwordFile, err));
  return client.json<LoginAnswer>('POST', '/v1/sign-in/password', { body: { name, password } });
}

interface Me {
  readonly id: string;
  readonly kind: string;
  readonly roles: readonly string[];
  readonly method: string;
  readonly strength: string;
}
