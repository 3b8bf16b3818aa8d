import type { PlatformAddress } from '#run/server/index.ts';

/** Where a platform that just started can be reached, and what to type next. */
export function announcePlatform(address: PlatformAddress, template: string, next: readonly string[]): string {
  return [
    `${address.demo ? 'a demo of weir' : 'weir'} runs with template ${template}`,
    '',
    `  devices over MQTT   ${address.mqtt}`,
    `  devices over HTTPS  ${address.https}`,
    `  people and programs ${address.api}`,
    '',
    'try in another terminal, in this folder',
    '',
    ...next.map((command) => `  npm run -s weir -- ${command}`),
    '',
    '',
  ].join('\n');
}
