/** A process whose checks nobody awaits; its argument says what else goes wrong. Prints what is reported, and that it goes on. */
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { deny } from "../outcome/deny.ts";
import { problem } from "../problem/problem.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { createApi } from "../api/api.ts";
import { get } from "../route/route.ts";
import { watchUnawaited } from "./unawaited.ts";

const user = authenticate({ token: httpBearer() }, ({ token }) => ({ id: token.reveal() }));
const later = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const isRoot = async (id: string): Promise<void> => {
  await later();
  if (id !== "root") problem(403, "not_root", "Root only.");
};
const isNobody = async (): Promise<void> => deny("nobody may");
const root = authorize({ user }, ({ user }) => {
  void isRoot(user.id);
  return user;
});
const handled = async (): Promise<string> => {
  await isNobody().catch(() => {});
  return "handled";
};

const api = createApi({
  title: "t",
  version: "1",
  audit: (event) => console.log("audit", event.type, "reason" in event ? event.reason : "", event.route, event.subjects.join()),
  onError: (error, { route }) => console.log("error", error instanceof Error && "code" in error ? error.code : error, route),
  routes: [
    get("/guard", { deps: { root } }, ({ root }) => root.id),
    get("/handler", { deps: { user } }, () => {
      void isNobody();
      return "done";
    }),
    get("/handled", { deps: { user } }, handled),
  ],
});

const end = watchUnawaited();
for (const path of ["/guard", "/handler", "/handled"]) {
  const response = await api.fetch(new Request(`http://x${path}`, { headers: { authorization: "Bearer mallory" } }));
  console.log(path, response.status);
  await later();
  await later();
}
if (process.argv[2] === "other") void Promise.reject(new TypeError("no refusal"));
await later();
end();
console.log("goes on");
