/** The suite that every driver passes: the same work has the same rows and the same failures on every database. */
import { describe, test, type TestContext } from "node:test";
import { checkOptions } from "../mechanism/wrong-identity-option.ts";
import type { Database } from "../store/database.ts";
import { afterCommitBehaviours } from "./behaviour/after-commit.ts";
import { failureBehaviours } from "./behaviour/failure.ts";
import { identityBehaviours } from "./behaviour/identity.ts";
import { lifetimeBehaviours } from "./behaviour/lifetime.ts";
import { notificationBehaviours } from "./behaviour/notification.ts";
import { pageBehaviours } from "./behaviour/page.ts";
import { parameterBehaviours } from "./behaviour/parameter.ts";
import { spendBehaviours } from "./behaviour/spend.ts";
import { textBehaviours } from "./behaviour/text.ts";
import { transactionBehaviours } from "./behaviour/transaction.ts";

/** A database to test. The code that opened it closes it after the test, with all others that it opened. */
export interface StoreUnderTest {
  /** The database, without tables. */
  readonly database: Database;
  /** Opens the same database again, as a restarted process does. Absent for a database that ends with its process. */
  readonly reopen?: () => Promise<Database>;
  /** Opens the same database a second time, as another process next to the first does. */
  readonly second?: () => Promise<Database>;
}

const subjects = [
  ["parameters and columns", parameterBehaviours],
  ["texts", textBehaviours],
  ["transactions", transactionBehaviours],
  ["work after a transaction", afterCommitBehaviours],
  ["failures", failureBehaviours],
  ["single use", spendBehaviours],
  ["pages", pageBehaviours],
  ["notifications", notificationBehaviours],
  ["lifetime", lifetimeBehaviours],
  ["identity's own work", identityBehaviours],
] as const;

/** Which functions of `StoreUnderTest` a driver lacks. */
export interface StoreSuiteOptions {
  /** Facts that need one of these are left out. Default: none. */
  readonly lacks?: readonly ("reopen" | "second")[];
}

/**
 * Registers the tests that every driver passes, with `node:test`. `open` must open an empty database for each test.
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
