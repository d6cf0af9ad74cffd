/**
 * Reads the files of Swagger UI from the package `swagger-ui-dist`. The one module of the documentation that needs a file
 * system: it is imported when somebody opens the page, and not by `createApi()`.
 */
import { readFile } from "node:fs/promises";
import { type Asset, type Assets } from "./asset.ts";
import { pageStyle } from "./page-style.ts";
import { redirectScript } from "./redirect-script.ts";
import { startScript } from "./start-script.ts";

let loading: Promise<Assets> | undefined;

/**
 * The files of the page, read once: about 2 MB that stay in memory.
 *
 * @throws an error of the runtime if it has no file system, or cannot find `swagger-ui-dist` in it; the next call tries again
 */
export async function loadAssets(): Promise<Assets> {
  loading ??= readAssets();
  try {
    return await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
}

async function readAssets(): Promise<Assets> {
  const [css, index, bundle, page, start, redirect] = await Promise.all([
    fromPackage("swagger-ui.css"),
    fromPackage("index.css"),
    fromPackage("swagger-ui-bundle.js"),
    asset(new TextEncoder().encode(pageStyle)),
    asset(new TextEncoder().encode(startScript)),
    asset(new TextEncoder().encode(redirectScript)),
  ]);
  return {
    "swagger-ui.css": css,
    "index.css": index,
    "page.css": page,
    "swagger-ui-bundle.js": bundle,
    "start.js": start,
    "oauth2-redirect.js": redirect,
  };
}

async function fromPackage(name: string): Promise<Asset> {
  return asset(await readFile(new URL(import.meta.resolve(`swagger-ui-dist/${name}`))));
}

async function asset(bytes: Uint8Array<ArrayBuffer>): Promise<Asset> {
  const digest = await crypto.subtle.digest("SHA-384", bytes);
  return { bytes, integrity: `sha384-${btoa(String.fromCharCode(...new Uint8Array(digest)))}` };
}
