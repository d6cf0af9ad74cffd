/** What an input declares about itself: the graph carries it, start-up checks it, and OpenAPI is made of it. */
import type { InputKind } from "../outcome/input-failure.ts";
import type { AnySchema } from "../schema/schema.ts";

/** Which objects an input identifies. */
export interface ObjectIds {
  /** The ids of objects, by place and name: `path.id`, `body.items.productId`. */
  readonly ids: readonly string[];
  /** The reasons why a member identifies nothing, by place and name. */
  readonly nothing: Readonly<Record<string, string>>;
  /** Set if the input could hold ids that nobody can see (any JSON, raw bytes) and the declaration does not say: what the input is. */
  readonly unsaid: string | undefined;
}

/** For an input that identifies no object by its nature. */
export const noObjectIds: ObjectIds = Object.freeze({ ids: [], nothing: {}, unsaid: undefined });

/** What an input declares. */
export interface InputPlace {
  readonly kind: InputKind;
  /** The parameter's name; the empty string for a body and the connection. */
  readonly name: string;
  /** `undefined` for a raw body and the connection only. */
  readonly schema: AnySchema | undefined;
  readonly objectIds: ObjectIds;
  /** For bodies: the media types to document. A body of `application/json` also accepts every `application/*+json`. */
  readonly mediaTypes: readonly string[];
}
