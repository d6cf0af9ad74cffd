import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Api } from "lockstep";
import { hostSuite } from "lockstep/testing";
import { nodeServer } from "./10-hosts/node.ts";

// #region suite
const serve = async (api: Api) => {
  const server = nodeServer(api).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  return { url: `http://127.0.0.1:${port}`, close };
};

hostSuite("node:http", serve, { webSockets: true });
// #endregion
