import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { DatabaseSync } from "node:sqlite";
import { newPostgresUrl } from "../store/database.fixture.ts";
import { openSqlite } from "../store/sqlite/index.ts";
import { all, sql } from "../store/statement.ts";
import { call, expectFailure, newFolder } from "./cli.fixture.ts";
import { commands } from "./run.ts";

const key = randomBytes(32).toString("base64url");

describe("lockstep-identity, called wrongly", () => {
  test("says in one sentence what to set if DATABASE_URL is missing or wrong, or names no database", async (t) => {
    expectFailure(await call(["users", "list"]), 1, /Set DATABASE_URL .*missing/);
    for (const url of ["mysql://u:canary@h/d", "canary", "sqlite:", "postgres:canary"]) {
      const called = await call(["users", "list"], { env: { DATABASE_URL: url } });
      expectFailure(called, 1, /Set DATABASE_URL .*neither/);
      assert.ok(!called.stderr.includes("canary"));
    }
    const path = join(newFolder(t), "none.db");
    expectFailure(await call(["users", "list"], { env: { DATABASE_URL: `sqlite:${path}` } }), 1, /there is no database .*none\.db/);
    writeFileSync(path, "no database, and it never was one. ".repeat(99));
    expectFailure(await call(["users", "list"], { env: { DATABASE_URL: `sqlite:${path}` } }), 1, /cannot be opened/);
  });

  test("says that PostgreSQL is away, has no such database, or that the tables are missing", async (t) => {
    const away = await call(["users", "list"], { env: { DATABASE_URL: "postgres://u:canary@127.0.0.1:9/d" } });
    expectFailure(away, 1, /Check DATABASE_URL.*ECONNREFUSED/);
    const url = new URL(await newPostgresUrl(t));
    expectFailure(await call(["users", "list"], { env: { DATABASE_URL: url.href } }), 1, /Run `lockstep-identity migrate` first/);
    url.pathname = "/nothing_of_this_name";
    expectFailure(await call(["users", "list"], { env: { DATABASE_URL: url.href } }), 1, /does not exist/);
    const doctor = await call(["doctor"], { env: { DATABASE_URL: "postgres://u:canary@127.0.0.1:9/d" } });
    assert.equal(doctor.exitCode, 1);
    assert.match(doctor.stdout, /wrong +database +.*ECONNREFUSED/);
    assert.ok(![away, doctor].some(({ stdout, stderr }) => `${stdout}${stderr}`.includes("canary")));
  });

  test("says what is wrong with IDENTITY_KEY, and repeats nothing of it", async (t) => {
    const DATABASE_URL = `sqlite:${join(newFolder(t), "app.db")}`;
    await call(["migrate"], { env: { DATABASE_URL } });
    expectFailure(await call(["signing-keys", "reencrypt"], { env: { DATABASE_URL } }), 1, /Set IDENTITY_KEY .*missing/);
    for (const wrong of ["canary", "A".repeat(43), "canarycanarycanarycanarycanarycanarycanaryc"]) {
      const called = await call(["signing-keys", "reencrypt"], { env: { DATABASE_URL, IDENTITY_KEY: wrong } });
      expectFailure(called, 1, /^lockstep-identity: Make a key with .*generate-key.*IDENTITY_KEY/);
      assert.ok(!called.stderr.includes(wrong));
    }
    const doctor = await call(["doctor"], { env: { DATABASE_URL } });
    assert.equal(doctor.exitCode, 1);
    assert.match(doctor.stdout, /wrong +IDENTITY_KEY +Set IDENTITY_KEY/);
    const previous = { DATABASE_URL, IDENTITY_KEY: key, IDENTITY_KEY_PREVIOUS: "canary" };
    expectFailure(await call(["signing-keys", "reencrypt"], { env: previous }), 1, /IDENTITY_KEY_PREVIOUS/);
  });

  test("refuses unknown ids, options, arguments, commands and values", async (t) => {
    const env = { DATABASE_URL: `sqlite:${join(newFolder(t), "app.db")}` };
    await call(["migrate"], { env });
    const cases: readonly (readonly [string, 1 | 2, RegExp])[] = [
      ["users show nobody", 1, /no such user/],
      ["users delete nobody@example.test --yes", 1, /no such user/],
      ["clients disable nothing", 1, /no such client/],
      ["keys revoke nothing", 1, /no such API key/],
      ["keys list --client nothing", 1, /no such client/],
      ["sessions end nothing", 1, /no such session/],
      ["signing-keys retire-compromised nothing --yes", 1, /no such signing key/],
      ["users create not-an-address --no-password", 1, /address/],
      ["users list --lmit 5", 2, /Unknown option '--lmit'/],
      ["users create a@example.test --password canary", 2, /Unknown option '--password'/],
      ["users list --limit", 2, /--limit/],
      ["users list --limit x", 2, /--limit must be a whole number from 1 to 1000000/],
      ["users list --limit 0", 2, /--limit must be a whole number/],
      ["users list canary", 2, /Too many arguments/],
      ["users show", 2, /USER is missing/],
      ["users", 2, /`users` needs one of: list, show, create/],
      ["users frobnicate", 2, /`users` needs one of/],
      ["frobnicate", 2, /no such command/],
      ["keys list", 2, /either --user or --client/],
      ["keys list --user a --client b", 2, /either --user or --client/],
      ["clients create --name x --authentication magic", 2, /--authentication must be one of/],
      ["clients create --name x --authentication none --grants magic", 2, /--grants must be any of/],
      ["clients create --authentication none", 2, /--name is missing/],
      ["clients create --name x --authentication private_key_jwt --jwks /nothing", 1, /--jwks .*cannot be read/],
      ["audit list --since yesterday", 2, /--since must be a time/],
      ["audit verify --checkpoint /nothing", 2, /--checkpoint must be a file .*ENOENT/],
      ["audit verify --checkpoint /dev/null", 2, /--checkpoint must be a file .*it is not JSON/],
      [`audit verify --checkpoint ${join(import.meta.dirname, "../../package.json")}`, 2, /it has no seq, hash and at/],
    ];
    await Promise.all(
      cases.map(async ([line, exitCode, sentence]) => {
        const called = await call(line.split(" "), { env });
        expectFailure(called, exitCode, sentence);
        assert.ok(!called.stderr.includes("canary"), line);
      }),
    );
  });

  test("reads as an argument a text with one hyphen in front, and any text after --", async (t) => {
    const env = { DATABASE_URL: `sqlite:${join(newFolder(t), "app.db")}` };
    await call(["migrate"], { env });
    for (const id of ["-drawn", "--drawn"]) {
      const made = await call(["clients", "create", `--id=${id}`, "--name", "x", "--authentication", "none"], { env });
      assert.equal(made.exitCode, 0, made.stderr);
      const named = id === "-drawn" ? ["clients", "disable", id, "--json"] : ["clients", "disable", "--json", "--", id];
      assert.deepEqual(JSON.parse((await call(named, { env })).stdout), { id, changed: true });
    }
    expectFailure(await call(["users", "list", "-l"], { env }), 2, /Too many arguments/);
  });

  test("accepts no weak, empty or endless password, and none from its arguments", async (t) => {
    const env = { DATABASE_URL: `sqlite:${join(newFolder(t), "app.db")}` };
    await call(["migrate"], { env });
    const create = (stdin: string) => call(["users", "create", "a@example.test"], { env, stdin });
    expectFailure(await create(""), 1, /no password on standard input/);
    expectFailure(await create("\nlong enough but on the second line\n"), 1, /no password on standard input/);
    expectFailure(await create("short"), 1, /password/);
    expectFailure(await create("x".repeat(100_000)), 1, /too long/);
    assert.equal((await call(["users", "list", "--json"], { env })).stdout.includes("a@example"), false);
  });

  test("finds a database of a newer program, open permissions, and a log without its position", async (t) => {
    const path = join(newFolder(t), "app.db");
    const env = { DATABASE_URL: `sqlite:${path}`, IDENTITY_KEY: key };
    await call(["migrate"], { env });
    chmodSync(path, 0o644);
    assert.match((await call(["doctor"], { env })).stdout, /look +file .*chmod 600/);
    const database = openSqlite(path);
    t.after(() => database.close());
    await database.run(all(sql("DELETE FROM identity_revocation_position")));
    const lost = await call(["doctor", "--json"], { env });
    assert.equal(lost.exitCode, 1);
    assert.match(lost.stdout, /lost its position/);
    await database.run(all(sql("UPDATE lockstep_schemas SET version = 99")));
    expectFailure(await call(["migrate"], { env }), 1, /Start the newer program/);
    assert.match((await call(["doctor"], { env })).stdout, /Use the newer program/);
  });

  test("prints no control character from the database to the terminal (I-04)", async (t) => {
    const path = join(newFolder(t), "app.db");
    const env = { DATABASE_URL: `sqlite:${path}` };
    await call(["migrate"], { env });
    const file = new DatabaseSync(path);
    file.exec(
      `INSERT INTO identity_accounts (id, email, email_key, created_at) VALUES ('a', char(27) || '[2J' || char(8238) || 'x@y', 'k', 1)`,
    );
    file.close();
    const { stdout } = await call(["users", "list"], { env });
    assert.ok(stdout.includes("x@y"));
    assert.ok(!/[\u001b\u202e]/.test(stdout));
  });

  test("prints help: for everything, a group, a command", async () => {
    const everything = await call(["--help"]);
    assert.equal(everything.exitCode, 0);
    for (const { name, summary } of commands)
      assert.ok(everything.stdout.includes(name) && everything.stdout.includes(summary), name);
    assert.match((await call(["users", "--help"])).stdout, /users create EMAIL/);
    const one = await call(["keys", "create", "--help"]);
    assert.match(one.stdout, /--expires-in-days N/);
    assert.deepEqual([one.exitCode, one.stderr], [0, ""]);
    assert.match((await call([])).stdout, /Usage/);
  });
});
