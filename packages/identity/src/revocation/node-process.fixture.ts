/** Nodes as child processes, and what a client asks of them. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { generateIdentityKey } from "../secret/identity-key.ts";
import { patientTimes } from "../store/database.fixture.ts";
import type { NodeSettings, NodeStarted } from "./node.fixture.ts";

export { eventually } from "../../../lockstep/src/testing/eventually.ts";

const program = fileURLToPath(new URL("node.fixture.ts", import.meta.url));

/** What a token is asked for. */
export interface TokenWish {
  readonly sub: string;
  readonly sid?: string;
  readonly clientId?: string;
}

/** A node that runs. */
export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.#url = url;
  }

  /** Starts a node; it ends with the test. */
  static async start(test: Pick<TestContext, "after">, settings: NodeSettings): Promise<NodeProcess> {
    const env = { ...process.env, NODE_FIXTURE: JSON.stringify(settings) };
    const child = fork(program, {
      execArgv: ["--conditions=lockstep-source"],
      env,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    test.after(() => child.kill("SIGKILL"));
    const ended = once(child, "exit").then(([code]) => {
      throw new Error(`The node did not start: it ended with ${code}`);
    });
    const [started] = (await Promise.race([once(child, "message"), ended])) as [NodeStarted];
    ended.catch(() => {});
    return new NodeProcess(child, started.url);
  }

  /** Ends it at once, as a crash does. */
  async crash(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  /** Issues an access token. */
  async token(wish: TokenWish): Promise<string> {
    return String((await this.#post("/tokens", wish))["token"]);
  }

  /** Revokes something. */
  async revoke(kind: string, key: string): Promise<void> {
    await this.#post("/revocations", { kind, key });
  }

  /** Takes a signing key out of use. */
  async compromise(kid: string): Promise<void> {
    await this.#post("/compromised", { kid });
  }

  /** The status that a token gets. */
  async status(token: string, path: "/me" | "/me/fresh" = "/me"): Promise<number> {
    const response = await fetch(this.#url + path, { headers: { authorization: `Bearer ${token}` } });
    await response.body?.cancel();
    return response.status;
  }

  /** Where the node's feed is, and what it reported. */
  async state(): Promise<{ readonly position: number; readonly events: readonly string[] }> {
    const response = await fetch(`${this.#url}/state`);
    // The node's own answer.
    return (await response.json()) as { position: number; events: string[] };
  }

  async #post(path: string, content: object): Promise<Readonly<Record<string, unknown>>> {
    const response = await fetch(this.#url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(content),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    // The node's own answers are objects.
    return (await response.json()) as Record<string, unknown>;
  }
}

/** Settings for the nodes of one service, which wait for the database as long as it takes. */
export function nodeSettings(url: string, feed: NodeSettings["feed"] = {}): NodeSettings {
  const identityKey = generateIdentityKey().reveal();
  return { url, identityKey, feed: { timeoutMs: patientTimes.statementTimeoutMs, ...feed }, database: patientTimes };
}
