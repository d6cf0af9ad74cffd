// #region mount
import { serveFetch } from "lockstep/fetch";
import { api } from "./26-one-endpoint.ts";

export const lockstep = serveFetch(api, { basePath: "/v2" });
// #endregion
