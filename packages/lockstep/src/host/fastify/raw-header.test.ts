import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { serviceKey, tokenOf } from "../../testing/world.ts";
import { RawConnection, rawAnswer, rawRequest } from "../raw-socket.fixture.ts";
import { checkRaw, served } from "./served.fixture.ts";

const good = tokenOf("alice");
const bearer = `Authorization: Bearer ${good}`;
const server = served();
const status = async (lines: readonly string[], path = "/me"): Promise<number> =>
  (await server.ask(rawRequest(`GET ${path}`, lines))).status;

describe("credentials in the bytes of a header", () => {
  test("a good token gets in, under every case of header and scheme (H-02)", async () => {
    for (const line of [
      bearer,
      `AUTHORIZATION: BEARER ${good}`,
      `authorization:bearer ${good}`,
      `Authorization:\t Bearer ${good} \t`,
    ]) {
      assert.equal(await status([line]), 200, line);
    }
  });

  test("two Authorization headers are 400 in both orders, next to each other or not (H-06)", async () => {
    const bad = "Authorization: Bearer bad";
    for (const lines of [
      [bearer, bad],
      [bad, bearer],
      [bearer, bearer],
      [bearer, "X: 1", "authorization: Basic YTpi"],
      [bearer, "authorization:"],
    ]) {
      assert.equal(await status(lines), 400, lines.join(" | "));
    }
    assert.equal(await status([bearer, "X-Authorization: Bearer bad"]), 200);
  });

  test("malformed separators and characters are 401 and never 5xx (H-03, H-04, H-05, H-10)", async () => {
    const values = [
      "Bearer",
      "Bearer ",
      `Bearer  ${good}`,
      `Bearer\t${good}`,
      `Bearer ${good},`,
      `Bearer ${good} U`,
      `Bearer Bearer ${good}`,
      good,
      `xBearer ${good}`,
    ];
    const bytes = [
      `Bearer ${good}\xe9`,
      `Bearer "${good}"`,
      `Bearer ${good};x`,
      `Bearer ${good}%00`,
      `\xffBearer ${good}`,
      `Bearer\xa0${good}`,
    ];
    for (const value of [...values, ...bytes]) assert.equal(await status([`Authorization: ${value}`]), 401, value);
  });

  test("control characters in a header are not HTTP: 400 (H-10)", async () => {
    for (const character of ["\0", "\x7f", "\x1b", "\n"]) {
      const answer = await server.ask(rawRequest("GET /me", [`Authorization: Bearer ${good}${character}x`]));
      assert.ok(answer.status === 400 || answer.status === 401, JSON.stringify(character));
    }
  });

  test("two cookies of one name are 400, in one header and in two (H-13, D-11)", async () => {
    const cookie = `__Host-session=${good}`;
    for (const lines of [
      [`Cookie: ${cookie}; __Host-session=x`],
      [`Cookie: __Host-session=x;${cookie}`],
      [`Cookie: ${cookie}`, "Cookie: __Host-session=x"],
      [`Cookie: ${cookie};__Host-session =x`],
    ]) {
      assert.equal(await status(lines, "/session"), 400, lines.join(" | "));
    }
    assert.equal(await status([`Cookie: a=b;;=c; ${cookie}; __host-session=x`], "/session"), 200);
  });

  test("names of Object.prototype as header names and cookies are nothing special", async () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
    const lines = [...names.map((name) => `${name}: x`), `Cookie: ${names.map((name) => `${name}=x`).join("; ")}`];
    assert.equal(await status([bearer, ...lines]), 200);
    assert.equal(await status(lines), 401);
  });

  test("one challenge for each scheme, a problem document, and no body on HEAD (H-18)", async () => {
    for (const accept of ["text/html", "*/*", "image/png"]) {
      const answer = await server.ask(rawRequest("GET /either", [`Accept: ${accept}`]));
      const challenges = answer.lines
        .filter((line) => line.toLowerCase().startsWith("www-authenticate:"))
        .map((line) => line.split(" ")[1] ?? "");
      assert.deepEqual(challenges.toSorted(), ["ApiKey", "Bearer", "Cookie"]);
      assert.equal(JSON.parse(answer.body).code, "unauthenticated");
    }
    const connection = await RawConnection.open(server.url);
    connection.send(rawRequest("HEAD /either"));
    const head = await connection.next({ bodiless: true });
    assert.equal(head?.status, 401);
    connection.send(rawRequest("GET /health"));
    // If HEAD had a body, it would come before this answer.
    assert.equal((await connection.next())?.status, 200);
    connection.destroy();
  });

  test("two Host headers are 400, none is 400, and its value decides nothing (P-27)", async () => {
    assert.equal(await status(["Host: evil.test", bearer]), 400);
    assert.equal((await rawAnswer(server.url, `GET /me HTTP/1.1\r\n${bearer}\r\n\r\n`))?.status, 400);
    for (const host of ["evil.test", "api.test.", "api.test:8443", "[::1]:80"]) {
      assert.equal((await rawAnswer(server.url, `GET /me HTTP/1.1\r\nHost: ${host}\r\n${bearer}\r\n\r\n`))?.status, 200, host);
    }
  });

  test("a proxy's headers are ignored if no proxy is configured (L-08)", async () => {
    const answer = await server.ask(
      rawRequest("GET /me", [bearer, "X-Forwarded-Proto: https", "X-Forwarded-For: 1.1.1.1", "Forwarded: proto=https"]),
    );
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["strict-transport-security"], undefined);
  });
});

describe("too many header fields", () => {
  const fields = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index.toString(36)}:x`);

  test("a credential behind 2,100 fields is not lost in silence: 431 (H-15)", async () => {
    assert.equal(await status([...fields(900), bearer]), 200);
    for (const count of [998, 999, 1100, 2100]) assert.equal(await status([...fields(count), bearer]), 431, String(count));
  });

  test("a header of more bytes than are read is 431, and the connection is closed", async () => {
    const connection = await RawConnection.open(server.url);
    connection.send(rawRequest("GET /me", [`X: ${"a".repeat(20_000)}`, bearer]));
    const answer = await connection.next();
    assert.equal(answer?.status, 431);
    if (answer !== undefined) checkRaw(answer);
    assert.ok(await connection.closes());
    assert.equal(await status([`X: ${"a".repeat(12_000)}`, bearer]), 200);
  });
});

describe("random credentials (H-19)", () => {
  test("4,000 requests with random Authorization and Cookie bytes are 400, 401 or 431, and none gets in", async () => {
    const random = mulberry32(20_260_101);
    const seen = new Map<number, number>();
    const { handled, errors } = server.world;
    const before = [handled.length, errors.length];
    await Promise.all(Array.from({ length: 8 }, () => send(500, random, seen)));
    assert.deepEqual(
      [...seen.keys()].filter((one) => ![400, 401, 431].includes(one)),
      [],
      JSON.stringify([...seen]),
    );
    assert.ok((seen.get(401) ?? 0) > 1000, "most are read as credentials");
    assert.equal(
      [...seen.values()].reduce((sum, count) => sum + count, 0),
      4000,
    );
    assert.deepEqual([handled.length, errors.length], before);
    assert.equal(await status([`X-API-Key: ${serviceKey}`], "/either"), 200);
  });
});

/** Sends requests one after the other on a connection that is renewed when the server closes it. */
async function send(count: number, random: () => number, seen: Map<number, number>): Promise<void> {
  let connection = await RawConnection.open(server.url);
  for (let sent = 0; sent < count; sent += 1) {
    connection.send(
      rawRequest("GET /either", [randomLine("Authorization", random), ...(random() < 0.5 ? [randomLine("Cookie", random)] : [])]),
    );
    const answer = await connection.next();
    assert.ok(answer !== undefined, "every request is answered");
    checkRaw(answer);
    seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
    if (answer.headers["connection"] !== "close") continue;
    connection.destroy();
    connection = await RawConnection.open(server.url);
  }
  connection.destroy();
}

const starts = ["", "Bearer ", "bearer ", "Basic ", "Bearer", "__Host-session=", "__Host-session=canary.", "a=b; __Host-session="];

function randomLine(name: string, random: () => number): string {
  const start = starts[Math.floor(random() * starts.length)] ?? "";
  const wild = random() < 0.1;
  const bytes = Array.from({ length: Math.floor(random() ** 3 * 400) }, () => {
    const code = wild ? Math.floor(random() * 256) : 33 + Math.floor(random() * 94);
    // What would end the header is a request of its own; the smuggling tests send it.
    return code === 10 || code === 13 ? "?" : String.fromCharCode(code);
  });
  return `${name}: ${start}${bytes.join("")}`;
}

/** A small generator with a seed: a failure can be repeated. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
