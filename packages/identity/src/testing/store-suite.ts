/** The suite that every driver passes: the same work, the same rows, the same failures, whatever keeps them. */
import { describe, test, type TestContext } from "node:test";
import { checkOptions } from "../mechanism/wrong-identity-option.ts";
import type { Database } from "../store/database.ts";
import { failureBehaviours } from "./behaviour/failure.ts";
import { identityBehaviours } from "./behaviour/identity.ts";
import { lifetimeBehaviours } from "./behaviour/lifetime.ts";
import { notificationBehaviours } from "./behaviour/notification.ts";
import { pageBehaviours } from "./behaviour/page.ts";
import { parameterBehaviours } from "./behaviour/parameter.ts";
import { spendBehaviours } from "./behaviour/spend.ts";
import { textBehaviours } from "./behaviour/text.ts";
import { transactionBehaviours } from "./behaviour/transaction.ts";

/** A database that is tested. Whoever opened it closes it after the test, with everything that came of it. */
export interface StoreUnderTest {
  /** Empty. */
  readonly database: Database;
  /** Opens the same database again, as a process that was started again; none for one that lives as long as its process. */
  readonly reopen?: () => Promise<Database>;
  /** Opens the same database once more, as another process beside the first. */
  readonly second?: () => Promise<Database>;
}

const subjects = [
  ["parameters and columns", parameterBehaviours],
  ["texts", textBehaviours],
  ["transactions", transactionBehaviours],
  ["failures", failureBehaviours],
  ["single use", spendBehaviours],
  ["pages", pageBehaviours],
  ["notifications", notificationBehaviours],
  ["lifetime", lifetimeBehaviours],
  ["identity's own work", identityBehaviours],
] as const;

/** What a driver may be without: see `StoreUnderTest`. */
export interface StoreSuiteOptions {
  /** Facts that need one of these are left out. Default: none is. */
  readonly lacks?: readonly ("reopen" | "second")[];
}

/**
 * Registers the tests that every driver passes, with `node:test`. `open` gives an empty database for each of them.
 *
 * @throws WrongIdentityOption for an option that does not exist
 *
 * @example
 * ```ts
 * storeSuite("SQLite in memory", async (test) => {
 *   const database = openSqlite(":memory:");
 *   test.after(() => database.close());
 *   return { database };
 * }, { lacks: ["reopen", "second"] });
 * ```
 */
export function storeSuite(
  name: string,
  open: (test: Pick<TestContext, "after">) => Promise<StoreUnderTest>,
  options: StoreSuiteOptions = {},
): void {
  checkOptions("storeSuite()", options, { lacks: true });
  const { lacks = [] } = options;
  describe(`${name} as a store`, () => {
    for (const [subject, behaviours] of subjects) {
      describe(subject, () => {
        for (const { name: fact, needs, check } of behaviours) {
          if (needs === undefined || !lacks.includes(needs)) test(fact, async (t) => check(await open(t)));
        }
      });
    }
  });
}
