/** An option is missing or wrong. The message says what to write. */
export class WrongIdentityOption extends Error {
  override readonly name = "WrongIdentityOption";
}
