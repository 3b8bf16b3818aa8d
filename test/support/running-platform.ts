import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { layoutOf, startPlatform } from '#run/server/index.ts';
import type { DataDirectory, Platform, PlatformOptions } from '#run/server/index.ts';
import { createFileCustody, inspectFileCustody, openFileCustody } from '#trust/keys/index.ts';
import { PlatformClient } from './platform-client.ts';

export type { Answer, CallOptions, TestDevice } from './platform-client.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Starts a platform with a demo key and a template given as YAML, with the files beside it. */
export async function startTestPlatform(
  yaml: string,
  files: Readonly<Record<string, string>> = {},
  options: Partial<PlatformOptions> = {},
): Promise<TestPlatform> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-platform-'));
  const layout = layoutOf(join(folder, 'data'));
  const text = /^template:/m.test(yaml) ? yaml : `template: 1\nname: test\n${yaml}`;
  const start = (more: Partial<PlatformOptions>): Promise<Platform> =>
    startDemoPlatform(layout, { path: 'template.yaml', text, files }, { log: quiet, ...options, ...more });
  return new TestPlatform(folder, layout, await start({}), start);
}

/** Starts a platform with a demo key, made at the first start, on ports that the system gives. */
export async function startDemoPlatform(
  layout: DataDirectory,
  source: PlatformOptions['source'],
  options: Partial<PlatformOptions> & Pick<PlatformOptions, 'log'>,
): Promise<Platform> {
  await mkdir(layout.keys, { recursive: true });
  const sources = { clock: systemClock, random: systemRandom };
  const custody =
    (await inspectFileCustody(layout.keys)) === null
      ? await createFileCustody(layout.keys, { demo: true }, sources)
      : await openFileCustody(layout.keys, null, systemRandom);
  return startPlatform({ data: layout.root, custody, source, ports: { mqtt: 0, https: 0, api: 0 }, ...options });
}

/** A platform of its own for a test: real processes, ports that the system gives, a folder that goes with it. */
export class TestPlatform extends PlatformClient implements AsyncDisposable {
  readonly #start: (more: Partial<PlatformOptions>) => Promise<Platform>;
  #platform: Platform;

  constructor(
    folder: string,
    layout: DataDirectory,
    platform: Platform,
    start: (more: Partial<PlatformOptions>) => Promise<Platform>,
  ) {
    super(folder, layout, () => this.#platform.address);
    this.#platform = platform;
    this.#start = start;
  }

  get platform(): Platform {
    return this.#platform;
  }

  /** Stops the platform and starts it again on the same folder. */
  async restart(options: Partial<PlatformOptions> = {}): Promise<void> {
    await this.#platform[Symbol.asyncDispose]();
    this.#platform = await this.#start(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#platform[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}
