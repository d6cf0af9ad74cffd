/**
 * `lockstep/websocket`: WebSockets for a host of your own on Node.js. It needs the package `ws`. The host sets `upgrade` of its
 * `HostRequest` with `isWebSocketHandshake()`, and passes an answer that has `upgrade` to `openWebSocket()`.
 */
export { isWebSocketHandshake } from "./handshake.ts";
export { openWebSocket, type RawUpgrade } from "./open-websocket.ts";
