/** `DPoP-Nonce`: the header with which an answer hands out a nonce (RFC 9449 §8, §9). */
import type { Entry, InputNode, ValueRecord } from "../../dependency/node.ts";
import { noObjectIds } from "../../dependency/input-place.ts";
import { AddedHeaders } from "../../outcome/answer-additions.ts";

/** The header of one constraint. */
export interface NonceHeader {
  /** A dependency whose value are the headers of the answer. It documents the header, and pages of other origins may read it. */
  readonly entry: Entry;
  /** Hands out a nonce with the answer, whatever it is. */
  write(values: ValueRecord, nonce: string): void;
}

/** A name that no record of the application has. */
const key = "~dpop-nonce";

/** Makes the header of a constraint. */
export function nonceHeader(): NonceHeader {
  const node: InputNode = {
    kind: "input",
    input: Object.freeze({
      kind: "response",
      name: "dpop()",
      schema: undefined,
      objectIds: noObjectIds,
      mediaTypes: [],
      adds: [
        {
          name: "DPoP-Nonce",
          description: "The nonce for the next DPoP proofs (RFC 9449 §8). It is there if the proof had none or an old one.",
          schema: undefined,
          onFailure: true,
        },
      ],
    }),
    read: (source) => source.additions().addHeaders(),
    deps: [],
    facts: new Set(),
    lifetime: "request",
  };
  return {
    entry: { key, node },
    write(values, nonce) {
      const headers = values[key];
      // A value that a test puts in its place has nowhere to write.
      if (headers instanceof AddedHeaders) headers.set("dpop-nonce", nonce);
    },
  };
}
