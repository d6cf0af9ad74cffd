/**
 * `lockstep/websocket`: WebSockets for a host of your own on Node.js. It needs the package `ws`. Listen with
 * `listenForHandshakes()`, set `upgrade` of the `HostRequest`, and pass an answer that has `upgrade` to `openWebSocket()`.
 */
export { type Handshake, isWebSocketHandshake, listenForHandshakes } from "./handshake.ts";
export { openWebSocket } from "./open-websocket.ts";
