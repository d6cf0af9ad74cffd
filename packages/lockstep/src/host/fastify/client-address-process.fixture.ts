/**
 * A server whose routes need the client's address, for the warning that a process prints once. Argument: how many proxies, or
 * which application: `application` trusts none, `counted` has a number.
 */
import { fastify } from "fastify";
import { connection, createApi, get } from "../../index.ts";
import { fastifyServer, lockstep } from "./index.ts";

const [proxies = "0", needs = "needs"] = process.argv.slice(2);
const deps = { connection: needs === "needs" ? connection({ addressOr: "do without it" }) : connection() };
const api = createApi({
  title: "t",
  version: "1",
  audit: () => {},
  routes: [get("/", { public: "test", deps }, ({ connection }) => connection.address ?? "unknown")],
});
const isApplication = proxies === "application" || proxies === "counted";
// As from JavaScript: the types of Fastify know no number.
const settings: object = proxies === "counted" ? { trustProxy: 1 } : {};
const server = isApplication ? fastify(settings) : fastifyServer(api, { trustedProxies: Number(proxies) });
if (isApplication) await server.register(lockstep(api));
for (const name of ["x-forwarded-for", "forwarded", "x-forwarded-for"]) {
  const { body } = await server.inject({ url: "/", headers: { [name]: name === "forwarded" ? "for=192.0.2.1" : "192.0.2.1" } });
  console.log(JSON.parse(body));
}
await server.close();
