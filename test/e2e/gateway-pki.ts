import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A certificate and its key as files, for programs that want files. */
export interface Credential {
  readonly certificate: string;
  readonly key: string;
  /** Upper-case hex. */
  readonly serial: string;
}

export interface CredentialOptions {
  readonly san?: string;
  /** Extended key usage; null for none. */
  readonly usage?: 'clientAuth' | 'serverAuth' | null;
  /** In openssl's form, `YYYYMMDDHHMMSSZ`. */
  readonly notBefore?: string;
  readonly notAfter?: string;
}

/** A small certificate authority in a folder, made with openssl. */
export class TestAuthority {
  readonly certificate: string;
  readonly #folder: string;
  readonly #openssl: string;
  #next = 1;

  constructor(openssl: string, folder: string, name: string) {
    this.#openssl = openssl;
    this.#folder = folder;
    this.certificate = path.join(folder, `${name}-ca.pem`);
    this.#run(
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${name}-ca.key -out ${name}-ca.pem ` +
        `-days 30 -subj /CN=${name} -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign`,
    );
    writeFileSync(path.join(folder, `${name}.txt`), '');
    writeFileSync(
      path.join(folder, `${name}.cnf`),
      `[ca]\ndefault_ca=d\n[d]\ndatabase=${name}.txt\nnew_certs_dir=.\nserial=${name}.srl\ncertificate=${name}-ca.pem\n` +
        `private_key=${name}-ca.key\ndefault_md=sha256\npolicy=p\nunique_subject=no\nx509_extensions=x\n[p]\ncommonName=supplied\n`,
    );
    this.#name = name;
  }

  readonly #name: string;

  /** PEM of the authority itself. */
  get pem(): string {
    return readFileSync(this.certificate, 'utf8');
  }

  issue(name: string, options: CredentialOptions): Credential {
    const { san, usage = 'clientAuth', notBefore, notAfter } = options;
    const file = `${this.#name}-${this.#next}`;
    const serial = `0${(0xa0 + this.#next++).toString(16)}0`.toUpperCase();
    const extensions = [
      '[x]',
      'basicConstraints=critical,CA:FALSE',
      'authorityKeyIdentifier=keyid',
      ...(usage === null ? [] : [`extendedKeyUsage=${usage}`]),
      ...(san === undefined ? [] : [`subjectAltName=${san}`]),
    ];
    writeFileSync(path.join(this.#folder, `${file}.ext`), `${extensions.join('\n')}\n`);
    writeFileSync(path.join(this.#folder, `${this.#name}.srl`), `${serial.padStart(4, '0')}\n`);
    this.#run(
      `req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${file}.key -out ${file}.csr -subj /CN=${name}`,
    );
    const dates = notBefore === undefined ? '-days 7' : `-startdate ${notBefore} -enddate ${notAfter}`;
    this.#run(
      `ca -batch -notext -config ${this.#name}.cnf -in ${file}.csr -out ${file}.pem ${dates} -extfile ${file}.ext -extensions x`,
    );
    const certificate = path.join(this.#folder, `${file}.pem`);
    const shown = this.#run(`x509 -in ${file}.pem -noout -serial`).trim().replace('serial=', '');
    return { certificate, key: path.join(this.#folder, `${file}.key`), serial: shown };
  }

  #run(line: string): string {
    return execFileSync(this.#openssl, line.split(' '), { cwd: this.#folder, encoding: 'utf8', stdio: 'pipe' });
  }
}
