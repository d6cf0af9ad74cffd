import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { describe, test, type TestContext } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { Redacted } from "lockstep";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { testCertificate, testKey } from "./certificate.fixture.ts";
import { smtpMail, WrongMessage } from "./smtp-mail.ts";

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly data: string;
  readonly user: string | undefined;
  readonly secure: boolean;
}

interface Server {
  readonly port: number;
  readonly received: Received[];
}

/** A real SMTP server on loopback that keeps the messages it receives. */
async function openServer(t: Pick<TestContext, "after">, options: SMTPServerOptions = {}): Promise<Server> {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    closeTimeout: 50,
    disabledCommands: ["STARTTLS"],
    onAuth: ({ username, password }, _session, done) =>
      password === "mail secret" ? done(null, { user: username ?? "" }) : done(new Error("wrong password")),
    onData: (stream, { envelope, user, secure }, done) => {
      let data = "";
      stream.on("data", (chunk: Buffer) => (data += chunk.toString()));
      stream.on("end", () => {
        const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
        received.push({ from, to: envelope.rcptTo.map(({ address }) => address), data, user, secure });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  t.after(() => new Promise<void>((resolve) => server.close(resolve)));
  // A server that listens on TCP has an `AddressInfo`.
  return { port: (server.server.address() as AddressInfo).port, received };
}

const from = "notes@mail.example";
const hello = {
  to: "ada@example.com",
  subject: "Grüße von Notes",
  text: "Ein Link:\n\n  https://notes.example/verify#token=abc\n\n.\nEnde",
};

function opened(t: Pick<TestContext, "after">, options: Parameters<typeof smtpMail>[0]): ReturnType<typeof smtpMail> {
  const mail = smtpMail({ timeoutMs: 60_000, ...options });
  t.after(() => mail.close());
  return mail;
}

describe("mail over SMTP", () => {
  test("is delivered as plain text to its one address", async (t) => {
    const { port, received } = await openServer(t);
    await opened(t, { url: `smtp://127.0.0.1:${port}`, from }).send(hello);
    assert.equal(received.length, 1);
    const { data, ...envelope } = received[0] ?? assert.fail();
    assert.deepEqual(envelope, { from, to: ["ada@example.com"], user: undefined, secure: false });
    assert.match(data, /^To: ada@example\.com\r$/m);
    assert.match(data, /^Content-Type: text\/plain; charset=utf-8\r$/m);
    assert.match(data, /^Auto-Submitted: auto-generated\r$/m);
    assert.match(data, /^Subject: =\?UTF-8\?/m);
    assert.match(data, /https:\/\/notes\.example\/verify#token=3?D?abc/);
    assert.ok(!/^(?:cc|bcc):/im.test(data));
  });

  test("signs in to the server", async (t) => {
    const { port, received } = await openServer(t);
    const url = `smtp://127.0.0.1:${port}`;
    // Without TLS, a server offers no sign-in unless it is configured to.
    const open = await openServer(t, { allowInsecureAuth: true });
    await opened(t, { url: `smtp://127.0.0.1:${open.port}`, user: "notes", password: new Redacted("mail secret"), from }).send(
      hello,
    );
    assert.equal(open.received[0]?.user, "notes");
    const wrong = opened(t, { url: `smtp://127.0.0.1:${open.port}`, user: "notes", password: new Redacted("wrong"), from });
    await assert.rejects(wrong.check());
    await opened(t, { url, from }).check();
    assert.equal(received.length, 0);
  });

  test("goes to exactly one address: a list, a name or a header in it is refused, and nothing is sent (I-14)", async (t) => {
    const { port, received } = await openServer(t);
    const mail = opened(t, { url: `smtp://127.0.0.1:${port}`, from });
    for (const to of [
      "ada@example.com, eve@evil.example",
      "ada@example.com;eve@evil.example",
      "ada@example.com\r\nBcc: eve@evil.example",
      "ada@example.com>\r\nRCPT TO:<eve@evil.example",
      "Ada <ada@example.com>",
      "<b>Ada</b> <ada@example.com>",
      '"<x>"@evil.example',
      "ada@example.com eve@evil.example",
      "group: ada@example.com, eve@evil.example;",
      "",
    ]) {
      await assert.rejects(mail.send({ ...hello, to }), WrongMessage, JSON.stringify(to));
    }
    for (const subject of ["Hello\r\nBcc: eve@evil.example", "Hello\nX: y", "Hello\u2028X", "Hello\u0000"]) {
      await assert.rejects(mail.send({ ...hello, subject }), WrongMessage, JSON.stringify(subject));
    }
    assert.equal(received.length, 0);
    // The positive control: a header or an end of the message inside the text stays text.
    await mail.send({ ...hello, text: "Bcc: eve@evil.example\r\n.\r\nRCPT TO:<eve@evil.example>\r\n" });
    assert.deepEqual(received[0]?.to, ["ada@example.com"]);
    assert.match(received[0]?.data ?? "", /\r\n\r\nBcc: eve@evil\.example/);
  });

  test("is not sent over an unencrypted connection, except on loopback", async (t) => {
    const { port, received } = await openServer(t);
    await opened(t, { url: `smtp://127.0.0.1:${port}`, from }).send(hello);
    assert.equal(received.length, 1);
    // Other spellings of loopback, which are not recognised as loopback. Only the name differs.
    for (const host of ["127.1", "[::ffff:127.0.0.1]"]) {
      await assert.rejects(opened(t, { url: `smtp://${host}:${port}`, from }).send(hello), { code: "ETLS" }, host);
    }
    assert.equal(received.length, 1);
  });

  test("is encrypted elsewhere: TLS from the start, or STARTTLS before anything else; the certificate is checked", async (t) => {
    const trusted = getCACertificates("default");
    t.after(() => setDefaultCACertificates(trusted));
    const own = { key: testKey, cert: testCertificate };
    const implicit = await openServer(t, { ...own, secure: true });
    const upgraded = await openServer(t, { ...own, disabledCommands: [] });
    const urls = [`smtps://localhost:${implicit.port}`, `smtp://LOCALHOST:${upgraded.port}`];
    for (const url of urls) await assert.rejects(opened(t, { url, from }).send(hello), { code: /ESOCKET|ETLS/ }, url);
    assert.deepEqual([implicit.received, upgraded.received], [[], []]);

    setDefaultCACertificates([testCertificate]);
    for (const url of urls) await opened(t, { url, from }).send(hello);
    assert.deepEqual(
      [implicit, upgraded].map(({ received }) => received[0]?.secure),
      [true, true],
    );
    // The name of the server is checked as well.
    await assert.rejects(opened(t, { url: `smtps://127.0.0.1:${implicit.port}`, from }).send(hello), { code: "ESOCKET" });
  });

  test("fails if there is no server, and if the server refuses", async (t) => {
    const { port } = await openServer(t, { onRcptTo: (_address, _session, done) => done(new Error("no such mailbox")) });
    await assert.rejects(opened(t, { url: `smtp://127.0.0.1:${port}`, from }).send(hello));
    await assert.rejects(opened(t, { url: "smtp://127.0.0.1:1", from }).send(hello), { code: "ESOCKET" });
  });

  test("says at once which option is wrong, and shows no password", () => {
    for (const url of ["mail.example", "https://mail.example", "smtp://", "smtps://user:hidden@mail.example"]) {
      assert.throws(
        () => smtpMail({ url, from }),
        (error: Error) => "code" in error && error.code === "wrong_option" && !error.message.includes("hidden"),
        url,
      );
    }
    assert.throws(() => smtpMail({ url: "smtps://mail.example", from: "Notes <notes@mail.example>" }), { code: "wrong_option" });
  });
});
