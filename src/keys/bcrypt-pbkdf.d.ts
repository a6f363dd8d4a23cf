/** bcrypt-pbkdf 1.0 ships no types; this is the one function that is used. */
declare module "bcrypt-pbkdf" {
  const bcrypt: {
    /** Fills `key`. @returns 0, or -1 where a length or the number of rounds is 0 or out of range. */
    pbkdf(
      passphrase: Uint8Array,
      passphraseLength: number,
      salt: Uint8Array,
      saltLength: number,
      key: Uint8Array,
      keyLength: number,
      rounds: number,
    ): number;
  };
  export default bcrypt;
}
