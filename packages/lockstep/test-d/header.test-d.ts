/** `Authorization` and `Cookie` are not header parameters. */
import { z } from "zod";
import { get, header } from "lockstep";
import { flip } from "./example.ts";

get("/a", { public: "reason", deps: { language: header("Accept-Language", z.string()) } }, ({ language }) => language);
header("X-Authorization-Hint", z.string());

// @ts-expect-error declare a security scheme instead: documentation tools drop this header
header("authorization", z.string());
// @ts-expect-error declare a security scheme instead
header("Authorization", z.string().optional());
// @ts-expect-error declare a security scheme instead
header("AUTHORIZATION", z.string());
// @ts-expect-error declare a security scheme instead
header("cookie", z.string());
// @ts-expect-error declare a security scheme instead
header("Cookie", z.string());
// @ts-expect-error declare a security scheme instead
header(flip ? "Authorization" : "Cookie", z.string());
