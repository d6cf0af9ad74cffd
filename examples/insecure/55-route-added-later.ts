// fails: compile — Property 'push' does not exist on type 'readonly ServedTemplate[]'
/**
 * A route that is added after every rule was checked. A plug-in pushes it into the list of routes, and no guard runs before
 * it. The list of an API's routes is frozen.
 */
import { api } from "./secure.ts";

api.routes.push({ method: "GET", template: "/debug" });

export { api };
