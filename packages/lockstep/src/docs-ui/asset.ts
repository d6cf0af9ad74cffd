/** The files that the documentation's page is made of: their names and types. `assets.ts` reads them. */

/** Every file that is served below `/docs/`, with its media type. The types are exact: nobody should sniff the answers. */
export const assetTypes = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "index.css": "text/css; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "start.js": "text/javascript; charset=utf-8",
  "oauth2-redirect.js": "text/javascript; charset=utf-8",
} as const;

/** The name of a file below `/docs/`. */
export type AssetName = keyof typeof assetTypes;

/** A file, in memory. */
export interface Asset {
  readonly bytes: Uint8Array;
  /** Its hash, as the `integrity` attribute has it (Subresource Integrity §3.1): `sha384-…`. */
  readonly integrity: string;
}

/** All of them. */
export type Assets = Readonly<Record<AssetName, Asset>>;

/**
 * The address of a file relative to a folder. The hash is part of it, so a browser that keeps the files never runs those
 * of another version, which the page's `integrity` would refuse.
 */
export function assetUrl(assets: Assets, folder: "" | "docs/", name: AssetName): string {
  return `${folder}${name}?v=${encodeURIComponent(assets[name].integrity.slice("sha384-".length, 23))}`;
}
