/** The rule for names is one: what the compiler takes for an id is what start-up takes for one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import type { MemberIds, ParameterId } from "./identifies.ts";
import { isIdName } from "./object-ids.ts";
import { query } from "./query.ts";

/** Whether a name says that it is an id. The compiler checks this table against the types, and the tests against start-up. */
const table = {
  id: true,
  ids: true,
  uuid: true,
  guid: true,
  ID: true,
  Id: true,
  IDs: true,
  owner: true,
  user: true,
  account: true,
  tenant: true,
  org: true,
  organization: true,
  workspace: true,
  team: true,
  customer: true,
  member: true,
  Owner: true,
  USER: true,
  noteId: true,
  noteIds: true,
  noteID: true,
  noteIDs: true,
  noteUuid: true,
  noteUUID: true,
  noteGuid: true,
  noteGUID: true,
  note_id: true,
  note_ids: true,
  note_ID: true,
  note_uuid: true,
  note_guid: true,
  "note-id": true,
  "note-ids": true,
  "note-uuid": true,
  "note-guid": true,
  "note-ID": true,
  "X-Note-Id": true,
  "X-Tenant": true,
  "x-org": true,
  "X-ORGANIZATION": true,
  "X-Workspace": true,
  "x-team": true,
  "X-Customer": true,
  "x-member": true,
  "X-Account": true,
  "X-User": true,
  "X-Owner": true,
  _id: true,
  "-id": true,
  createdById: true,
  note: false,
  notes: false,
  noteRef: false,
  slug: false,
  key: false,
  email: false,
  name: false,
  "X-Note": false,
  valid: false,
  paid: false,
  grid: false,
  idea: false,
  Identity: false,
  identifier: false,
  idNote: false,
  noteid: false,
  noteuuid: false,
  noteguid: false,
  UID: true,
  userName: false,
  user_name: false,
  owners: false,
  users: false,
  members: false,
  ownerName: false,
  myowner: false,
  my_owner: false,
  isOwner: false,
  "hyper-grid": false,
  "x-idea": false,
  "id-note": false,
  "team-name": false,
  "X-User-Name": false,
  void: false,
  squid: false,
  android: false,
  Uuids: false,
  note_Id_: false,
  limit: false,
  cursor: false,
} as const;

type Text = z.ZodString;
type Names = keyof typeof table;
type InQuery = { readonly [N in Names]: [ParameterId<"query", N, Text, never>] extends [never] ? false : true };
type InBody = {
  readonly [N in Names]: [MemberIds<"body", z.ZodObject<{ [K in N]: Text }>, never>] extends [never] ? false : true;
};

test("the types, start-up and the table agree on every name", () => {
  // These do not compile if the types take a name in another way.
  const inQuery: InQuery = table;
  const inBody: InBody = table;
  assert.equal(inQuery, inBody);
  for (const [name, isId] of Object.entries(table)) {
    assert.equal(isIdName(name), isId, name);
    assert.equal(query(name, z.string())["~dep"].facts.has(`object-id:query.${name}`), isId, name);
  }
});

const owners = ["owner", "user", "account", "tenant", "org", "organization", "workspace", "team", "customer", "member"];
const endings = ["Id", "Ids", "ID", "IDs", "Uuid", "UUID", "Guid", "GUID", "_id", "_ids", "_ID", "_uuid", "_guid"];
const lastParts = ["id", "ids", "uuid", "guid", ...owners];

/** The rule once more, in words: by endings, and without regard to case by the whole name or its last hyphenated part. */
function isId(name: string): boolean {
  const lower = name.toLowerCase();
  return (
    ["id", "ids", "uuid", "guid"].includes(name) ||
    endings.some((ending) => name.endsWith(ending)) ||
    owners.includes(lower) ||
    (lower.includes("-") && lastParts.includes(lower.slice(lower.lastIndexOf("-") + 1)))
  );
}

test("any name made of such parts is an id by the same rule", () => {
  const word = fc.constantFrom("", "note", "Note", "x", "X", "my", "val", "gr", ...owners);
  const joint = fc.constantFrom("", "_", "-", ".", " ");
  const tail = fc.constantFrom("", "s", "Name", "ea", ...endings, ...lastParts);
  const turned = (name: string) => fc.constantFrom(name, name.toUpperCase(), name.toLowerCase());
  const name = fc.tuple(word, joint, word, joint, tail).map((parts) => parts.join(""));
  const counts = { ids: 0, others: 0 };
  fc.assert(
    fc.property(fc.oneof(name.chain(turned), fc.string()), (it) => {
      counts[isId(it) ? "ids" : "others"] += 1;
      assert.equal(isIdName(it), isId(it), it);
    }),
    { numRuns: 3000 },
  );
  assert.ok(counts.ids > 300 && counts.others > 300, JSON.stringify(counts));
});
