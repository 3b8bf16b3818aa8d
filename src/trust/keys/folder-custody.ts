import type { Custody } from './custody.ts';
import { SecretFiles } from './secret-files.ts';

/** The root key itself, wherever it is: what a custody does besides keeping secrets. */
export type RootHolder = Pick<
  Custody,
  'kind' | 'loopbackOnly' | 'generations' | 'seal' | 'open' | 'generationOf' | 'rotate' | 'destroyGeneration'
> &
  AsyncDisposable;

/** A custody whose root key is elsewhere, and whose kept secrets are files that it sealed. */
export class FolderCustody implements Custody {
  readonly #root: RootHolder;
  readonly #secrets: SecretFiles;

  /** @param secrets folder of the kept secrets */
  constructor(root: RootHolder, secrets: string) {
    this.#root = root;
    this.#secrets = new SecretFiles(secrets, root);
  }

  get kind(): Custody['kind'] {
    return this.#root.kind;
  }

  get loopbackOnly(): boolean {
    return this.#root.loopbackOnly;
  }

  get generations(): readonly number[] {
    return this.#root.generations;
  }

  seal(purpose: string, material: Uint8Array): Promise<Uint8Array> {
    return this.#root.seal(purpose, material);
  }

  open(purpose: string, sealed: Uint8Array): Promise<Uint8Array> {
    return this.#root.open(purpose, sealed);
  }

  generationOf(sealed: Uint8Array): number {
    return this.#root.generationOf(sealed);
  }

  rotate(): Promise<number> {
    return this.#root.rotate();
  }

  destroyGeneration(generation: number): Promise<void> {
    return this.#root.destroyGeneration(generation);
  }

  keep(name: string, secret: Uint8Array): Promise<void> {
    return this.#secrets.keep(name, secret);
  }

  fetch(name: string): Promise<Uint8Array | null> {
    return this.#secrets.fetch(name);
  }

  names(): Promise<readonly string[]> {
    return this.#secrets.names();
  }

  countKept(generation: number): Promise<number> {
    return this.#secrets.countOf(generation);
  }

  resealKept(): Promise<number> {
    return this.#secrets.reseal();
  }

  destroy(name: string): Promise<void> {
    return this.#secrets.destroy(name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#root[Symbol.asyncDispose]() as Promise<void>;
  }
}
