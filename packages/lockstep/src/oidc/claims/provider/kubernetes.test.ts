import assert from "node:assert/strict";
import { test } from "node:test";
import { type Payload, read, refusal, refuses, summary } from "../map.fixture.ts";
import { kubernetes, type KubernetesRule } from "./kubernetes.ts";

const serviceaccount = { name: "invoicer", uid: "e8d1f0c2-1b2a-4f3e-9a8b-7c6d5e4f3a2b" };
const pod = {
  aud: ["notes"],
  exp: 1_791_536_000,
  iat: 1_760_000_000,
  iss: "https://kubernetes.default.svc.cluster.local",
  jti: "j-1",
  "kubernetes.io": {
    namespace: "billing",
    node: { name: "n1", uid: "u1" },
    pod: { name: "invoicer-0", uid: "u2" },
    serviceaccount,
    warnafter: 1_760_003_607,
  },
  nbf: 1_760_000_000,
  sub: "system:serviceaccount:billing:invoicer",
};
const rule = { namespace: "billing", serviceAccount: "invoicer", roles: ["reader"], scopes: ["notes:read"] };
const map = kubernetes({ allow: [rule] });
const claim = (change: object): { readonly "kubernetes.io": object } => ({
  "kubernetes.io": { ...pod["kubernetes.io"], ...change },
});
const named = (namespace: string, name: string): Payload => ({
  sub: `system:serviceaccount:${namespace}:${name}`,
  ...claim({ namespace, serviceaccount: { ...serviceaccount, name } }),
});

test("kubernetes: a pod is a service, named by its service account", () => {
  assert.deepEqual(summary(map, pod), [`${pod.iss}#service:system:serviceaccount:billing:invoicer`, ["reader"], "notes:read"]);
});

test("kubernetes: the uid in a rule refuses an account that was made again", () => {
  const pinned = kubernetes({ allow: [{ ...rule, serviceAccountUid: serviceaccount.uid }] });
  assert.ok(read(pinned, pod).id);
  const again = { ...pod, ...claim({ serviceaccount: { ...serviceaccount, uid: "00000000-1b2a" } }) };
  assert.match(refusal(pinned, again), /is not a workload that kubernetes\(\) allows/);
  assert.ok(read(map, again).id);
});

const none = /^the claim "sub" is not a workload that kubernetes\(\) allows \(claims map kubernetes, setting allow\)$/;

refuses(map, pod, {
  "another namespace": [named("default", "invoicer"), none],
  "another account": [named("billing", "default"), none],
  "a namespace that begins like ours": [named("billing-dev", "invoicer"), none],
  "an account that begins like ours": [named("billing", "invoicer2"), none],
  "a sub that names another namespace than the claim": [
    { sub: "system:serviceaccount:kube-system:invoicer" },
    /"sub" does not agree with "kubernetes.io"/,
  ],
  "a claim that names another namespace than sub": [claim({ namespace: "kube-system" }), /"sub" does not agree/],
  "a claim that names another account than sub": [claim({ serviceaccount: { name: "admin" } }), /"sub" does not agree/],
  "a name that shifts the colon": [
    { sub: "system:serviceaccount:billing:invoicer:x", ...claim({ serviceaccount: { name: "invoicer:x" } }) },
    /"kubernetes.io" holds a name/,
  ],
  "a user who is called like an account": [{ "kubernetes.io": undefined }, /"kubernetes.io" → "namespace" is missing/],
  "a token of a secret": [
    {
      "kubernetes.io": undefined,
      "kubernetes.io/serviceaccount/namespace": "billing",
      "kubernetes.io/serviceaccount/service-account.name": "invoicer",
    },
    /"kubernetes.io" → "namespace" is missing/,
  ],
});

test("kubernetes: conditions have to be stated, in full and without patterns", () => {
  const make = (...allow: readonly object[]): unknown => kubernetes({ allow: allow as unknown as [KubernetesRule] });
  assert.ok(make(rule));
  const message = /^kubernetes\(\): allow: set (?:namespace|serviceAccount|serviceAccountUid) to one exact name/;
  const wrong = [
    { namespace: "billing" },
    { serviceAccount: "invoicer" },
    { ...rule, namespace: "*" },
    { ...rule, serviceAccount: "invoicer*" },
    { ...rule, namespace: "" },
    { ...rule, serviceAccountUid: "*" },
  ];
  for (const each of wrong) assert.throws(() => make(each), { code: "wrong_option", message }, JSON.stringify(each));
  assert.throws(() => make({ ...rule, pod: "x" }), { message: /correct or remove the option "pod"/ });
  assert.throws(() => make(), { code: "wrong_option", message: /^kubernetes\(\): set allow to a list/ });
});
