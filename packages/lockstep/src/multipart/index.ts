/**
 * `lockstep/multipart`: forms with files. It needs the package `@fastify/busboy`, and a runtime that has `node:stream` (Node.js,
 * Deno, Bun, Workers).
 */
export { multipart, type MultipartOptions, type NoFields, type Upload } from "./multipart.ts";
export { type FileRule } from "./file-rule.ts";
export { type UploadedFile } from "./open-file.ts";
