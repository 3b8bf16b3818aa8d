/**
 * What is used of the package, which is optional: where npm could not build it, its own declarations are not there
 * either. `paths` of tsconfig.json has the name mean this file.
 */
declare module 'pkcs11js' {
  export type Handle = Buffer;

  export interface Attribute {
    readonly type: number;
    readonly value?: number | boolean | string | Buffer;
  }

  export type Template = Attribute[];

  export interface Mechanism {
    readonly mechanism: number;
    readonly parameter?: object;
  }

  export interface PKCS11 {
    load(path: string): void;
    C_Initialize(): void;
    C_GetSlotList(tokenPresent: boolean): Handle[];
    C_GetTokenInfo(slot: Handle): { readonly label: string };
    C_OpenSession(slot: Handle, flags: number): Handle;
    C_CloseSession(session: Handle): void;
    C_Login(session: Handle, userType: number, pin: string): void;
    C_FindObjectsInit(session: Handle, template: Template): void;
    C_FindObjects(session: Handle, most: number): Handle[];
    C_FindObjectsFinal(session: Handle): void;
    C_GetAttributeValue(session: Handle, object: Handle, template: Template): { type: number; value: Buffer }[];
    C_GenerateKey(session: Handle, mechanism: Mechanism, template: Template): Handle;
    C_DestroyObject(session: Handle, object: Handle): void;
    C_EncryptInit(session: Handle, mechanism: Mechanism, key: Handle): void;
    C_Encrypt(session: Handle, input: Buffer, output: Buffer): Buffer;
    C_DecryptInit(session: Handle, mechanism: Mechanism, key: Handle): void;
    C_Decrypt(session: Handle, input: Buffer, output: Buffer): Buffer;
    C_WrapKey(session: Handle, mechanism: Mechanism, wrapping: Handle, key: Handle, output: Buffer): Buffer;
  }

  type Constant =
    | 'CKA_CLASS'
    | 'CKA_DECRYPT'
    | 'CKA_ENCRYPT'
    | 'CKA_EXTRACTABLE'
    | 'CKA_KEY_TYPE'
    | 'CKA_LABEL'
    | 'CKA_LOCAL'
    | 'CKA_NEVER_EXTRACTABLE'
    | 'CKA_PRIVATE'
    | 'CKA_SENSITIVE'
    | 'CKA_TOKEN'
    | 'CKA_VALUE'
    | 'CKA_VALUE_LEN'
    | 'CKA_WRAP'
    | 'CKF_RW_SESSION'
    | 'CKF_SERIAL_SESSION'
    | 'CKK_AES'
    | 'CKM_AES_GCM'
    | 'CKM_AES_KEY_GEN'
    | 'CKM_AES_KEY_WRAP'
    | 'CKO_SECRET_KEY'
    | 'CKU_USER'
    | 'CK_PARAMS_AES_GCM';

  export type Library = Readonly<Record<Constant, number>> & { readonly PKCS11: new () => PKCS11 };

  const library: Library;
  export default library;
}
