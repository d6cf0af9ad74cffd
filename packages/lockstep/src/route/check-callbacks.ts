/** Whether the URLs of a route's callbacks name parts of a request that the route takes: a misspelt one is never called. */
import { isBody } from "../dependency/input-place.ts";
import { jsonSchemaOf } from "../schema/json-schema.ts";
import { isMember } from "../schema/members.ts";
import type { Checked, Fail } from "./check.ts";
import { type ExpressionSource, sourcesOf } from "./webhook-description.ts";

/** @throws BuildError `wrong_option` */
export function checkCallbackSources({ route, nodes }: Checked, fail: Fail): void {
  const places = nodes.flatMap((node) => (node.kind === "input" ? [node.input] : []));
  const where = `${route.method} ${route.template}`;
  const isTaken = ({ place, names }: ExpressionSource): boolean =>
    places.some((input) => {
      if (place !== "body") {
        const [name = ""] = names;
        if (input.kind !== place) return false;
        return place === "header" ? input.name.toLowerCase() === name.toLowerCase() : input.name === name;
      }
      if (!isBody(input) || input.schema === undefined) return false;
      const schema = jsonSchemaOf(input.schema, where);
      // The index of an item names no member.
      const members = names.filter((name) => !/^\d+$/.test(name));
      return isMember(schema, members, schema, where);
    });
  for (const [name, { url }] of Object.entries(route.definition.callbacks ?? {})) {
    const wrong = sourcesOf(url).find((source) => !isTaken(source));
    if (wrong === undefined) continue;
    const part =
      wrong.place === "body" ? `member /${wrong.names.join("/")} of its body` : `${wrong.place}("${wrong.names.join()}")`;
    fail("wrong_option", `correct the url of the callback ${name}: the route has no ${part}`);
  }
}
