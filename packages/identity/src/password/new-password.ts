/** A password that somebody wants to set. */
import { problem, type Redacted } from "lockstep";
import { type PasswordContext, passwordWeakness } from "./password-policy.ts";

/** @throws Problem 422 `weak_password`, with what is wrong and no part of the password */
export function checkNewPassword(password: Redacted<string>, about: PasswordContext): void {
  const weakness = passwordWeakness(password.reveal(), about);
  if (weakness !== undefined) problem(422, "weak_password", `The password ${weakness}.`);
}
