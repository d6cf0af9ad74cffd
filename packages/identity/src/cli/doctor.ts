/** Implements `doctor`: checks that the service has everything it needs, and says what to do if not. */
import { checkClock, checkConnection, checkExpired, checkFile, checkRevocations, checkSchema } from "./check-database.ts";
import { type Check, type Finding, wrong } from "./check.ts";
import { checkAuditChain, checkKeyRing, checkSeals } from "./check-keys.ts";
import type { Command } from "./command.ts";
import { sentenceOf } from "./failure.ts";
import { table } from "./output.ts";

/** The checks that the others depend on: if one of them is wrong, the rest is skipped. */
const first: readonly (readonly [string, Check])[] = [
  ["database", checkConnection],
  ["schema", checkSchema],
];
const others: readonly (readonly [string, Check])[] = [
  ["file", checkFile],
  ["clock", checkClock],
  ["IDENTITY_KEY", checkSeals],
  ["signing keys", checkKeyRing],
  ["revocations", checkRevocations],
  ["audit chain", checkAuditChain],
  ["expired rows", checkExpired],
];

/** `doctor`. */
export const doctor: Command = {
  name: "doctor",
  summary: "Check the database, the keys and the clock; the exit code is 1 if something is wrong",
  run: async (_given, context) => {
    const findings: (Finding & { readonly check: string })[] = [];
    for (const [check, look] of [...first, ...others]) {
      const finding = await look(context).catch((error: unknown) => wrong(sentenceOf(error)));
      if (finding === undefined) continue;
      findings.push({ check, ...finding });
      if (finding.state === "wrong" && first.some(([name]) => name === check)) break;
    }
    const isWrong = findings.some(({ state }) => state === "wrong");
    const rows = findings.map(({ check, state, message }) => [state, check, message]);
    return { json: { ok: !isWrong, checks: findings }, text: table(["state", "check", "finding"], rows, ""), isWrong };
  },
};
