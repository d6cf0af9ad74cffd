/**
 * The control: a small API of invoices without a bug. It compiles and starts. Every file beside it uses the same parts and does
 * one thing wrong, so it fails because of that one thing.
 */
import { z } from "zod";
import {
  anyOf,
  apiKeyHeader,
  authenticate,
  authorize,
  body,
  createApi,
  deny,
  get,
  group,
  header,
  identified,
  nothing,
  oauth2PasswordBearer,
  optional,
  owned,
  patch,
  path,
  permitted,
  post,
  query,
  roles,
  sameSecret,
  scopes,
  type Secret,
  secret,
  unchecked,
} from "lockstep";
import { hmacSecret, jwtVerifier } from "lockstep/jwt";

export interface User {
  readonly id: string;
  readonly email: string;
  readonly role: "admin" | "clerk" | "customer";
  readonly isActive: boolean;
  readonly passwordHash: Secret<string>;
}
export interface Invoice {
  readonly id: string;
  readonly customerId: string;
  readonly total: number;
}

const person = (id: string, name: string, role: User["role"]): [string, User] => [
  id,
  { id, email: `${name}@example.com`, role, isActive: true, passwordHash: secret("$argon2id$…") },
];
export const users: ReadonlyMap<string, User> = new Map([
  person("u1", "ada", "customer"),
  person("u2", "eve", "customer"),
  person("u3", "root", "admin"),
]);
export const invoices: ReadonlyMap<string, Invoice> = new Map([
  ["i1", { id: "i1", customerId: "u1", total: 120 }],
  ["i2", { id: "i2", customerId: "u2", total: 80 }],
]);

// A real service uses the keys of its issuer here.
export const accessTokens = jwtVerifier({
  issuer: "https://login.example.com",
  audience: "https://api.example.com",
  keys: hmacSecret(crypto.getRandomValues(new Uint8Array(32))),
  algorithms: ["HS256"],
  typ: "at+jwt",
});
export const token = oauth2PasswordBearer({
  tokenUrl: "/auth/token",
  scopes: { "invoices:read": "Read invoices", "invoices:write": "Change invoices" },
});
export const key = apiKeyHeader({ name: "X-API-Key" });

export const currentUser = authenticate({ claims: accessTokens.claims(token) }, ({ claims }) => {
  const user = users.get(claims.sub);
  return user && identified(user, claims);
});
export const activeUser = authorize({ user: currentUser }, ({ user }) => (user.isActive ? user : deny("inactive")));
export const writer = scopes(activeUser, "invoices:write");
export const partner = authenticate({ key }, ({ key }) => (sameSecret(key, "a long random key") ? { id: "partner" } : undefined));
export const role = roles({ admin: ["clerk"], clerk: ["customer"], customer: [] }, activeUser, (user) => user.role, {
  reachAny: ["admin"],
});
export const id = path("id", z.string());
export const ownInvoice = owned(
  { id, user: activeUser },
  ({ id }) => invoices.get(id),
  (invoice) => invoice.customerId,
);
const payment = body(z.object({ invoiceId: z.string(), cents: z.int() }));
const paidInvoice = owned(
  { payment, user: activeUser },
  ({ payment }) => invoices.get(payment.invoiceId),
  (invoice) => invoice.customerId,
);
export const anyInvoice = permitted({ id, admin: role.require("admin") }, ({ id }) => invoices.get(id));
export const Profile = z.object({ id: z.string(), email: z.string() });
/** The response of files whose bug is not in the response. */
export const rows = unchecked("a bug of the gallery is one bug");
export const InvoiceView = z.object({ id: z.string(), total: z.number() });
export const partners = group({ prefix: "/partners", deps: { partner } });

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [
    get("/health", { public: "load balancer probe" }, () => "ok"),
    get("/me", { deps: { user: activeUser }, response: Profile }, ({ user }) => user),
    get(
      "/hello",
      { public: "greets strangers too", deps: { user: optional(currentUser) } },
      ({ user }) => user?.email ?? "stranger",
    ),
    get("/invoices", { deps: { user: activeUser }, response: z.array(InvoiceView) }, ({ user }) =>
      [...invoices.values()].filter((invoice) => invoice.customerId === user.id),
    ),
    get("/invoices/:id", { deps: { invoice: ownInvoice }, response: InvoiceView }, ({ invoice }) => invoice),
    patch(
      "/invoices/:id",
      { deps: { invoice: ownInvoice, writer, change: body(z.object({ total: z.number() })) }, response: InvoiceView },
      ({ invoice, change }) => ({ ...invoice, ...change }),
    ),
    post("/invoices", { deps: { writer, lang: header("Accept-Language", z.string()) }, status: 200 }, ({ writer, lang }) =>
      [writer.id, lang].join(),
    ),
    post("/payments", { deps: { invoice: paidInvoice, payment, writer }, response: InvoiceView }, ({ invoice, payment }) => ({
      ...invoice,
      total: invoice.total - payment.cents,
    })),
    get("/admin/invoices/:id", { deps: { invoice: anyInvoice }, response: InvoiceView }, ({ invoice }) => invoice),
    get(
      "/reports/:year",
      { deps: { user: activeUser, year: path("year", z.int(), { identifies: nothing("a calendar year") }) } },
      ({ year }) => year,
    ),
    get("/feed", { deps: { caller: anyOf({ user: activeUser, partner }) } }, ({ caller }) => caller.via),
    get("/search", { deps: { user: activeUser, q: query("q", z.string()) } }, ({ q }) => q),
    partners.get("/invoices", {}, ({ partner }) => partner.id),
  ],
});
