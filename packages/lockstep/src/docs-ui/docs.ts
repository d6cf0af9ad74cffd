/** The routes of the documentation: they are routes of the API like any other, with an access rule. */
import { get, type Route } from "../route/route.ts";
import type { ApiOptions } from "../route/api-options.ts";
import type { OpenApiDocument } from "../openapi/openapi.ts";

/** The documentation's routes; none where the options name no access rule. */
export function docsRoutes(options: Pick<ApiOptions, "docs" | "title">, document: OpenApiDocument): Route[] {
  return options.docs?.public === undefined ? [] : [get("/openapi.json", { public: options.docs.public }, () => document)];
}
