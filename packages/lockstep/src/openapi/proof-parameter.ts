/**
 * The header with the proof of a sender (RFC 9449 §4.1). OpenAPI has no place for it: `Authorization` is the security scheme's,
 * and the proof is a second header.
 */
import type { Parameter } from "./openapi.ts";
import type { Surface } from "./surface.ts";

const name = "DPoP";

/**
 * The parameter of an operation, if tokens with a proof are accepted. It is required if nobody is let in without one. An
 * operation that declares the header itself keeps its own description.
 */
export function proofParameters({ nodes, inputs, security }: Surface): readonly Parameter[] {
  const schemes = nodes.flatMap((node) => (node.kind === "scheme" && node.scheme.sender?.method === "dpop" ? [node.scheme] : []));
  const isDeclared = inputs.some(({ place }) => place.kind === "header" && place.name.toLowerCase() === name.toLowerCase());
  if (schemes.length === 0 || isDeclared) return [];
  const strict = new Set(
    schemes.filter(({ sender }) => sender?.required === true).flatMap(({ documented }) => documented.map((each) => each.name)),
  );
  const required = security.length > 0 && security.every((each) => Object.keys(each).some((scheme) => strict.has(scheme)));
  const description = required
    ? "A proof for this request, signed with the key of the token (RFC 9449 §4)."
    : "With a token that is bound to a key: a proof for this request, signed with that key (RFC 9449 §4).";
  return [{ name, in: "header", description, required, schema: { type: "string" } }];
}
