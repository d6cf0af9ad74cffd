import { serveFetch } from "lockstep/fetch";
import { api } from "../09-documentation.ts";

const fetch = serveFetch(api, { address: (request) => request.headers.get("cf-connecting-ip") ?? undefined });

// oxlint-disable-next-line import/no-default-export -- the runtime looks for it
export default { fetch };
