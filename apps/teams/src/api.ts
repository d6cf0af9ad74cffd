/** The API: the routes of every module. */
import { type Api, createApi, get, text } from "lockstep";
import { type Access, access, type Services } from "./access.ts";
import { eventRoutes } from "./event/event.ts";
import { billingRoutes, webhookRoutes } from "./event/webhook.ts";
import { apiKeyRoutes } from "./organisation/api-key.ts";
import { invitationRoutes } from "./organisation/invitation.ts";
import { memberRoutes, organisationRoutes, recordReach } from "./organisation/organisation.ts";
import { attachmentRoutes } from "./project/attachment.ts";
import { projectRoutes, taskRoutes } from "./project/project.ts";

const modules = [organisationRoutes, memberRoutes, invitationRoutes, apiKeyRoutes, eventRoutes, webhookRoutes, billingRoutes];
const work = [projectRoutes, taskRoutes, attachmentRoutes];

/** Makes the API. A test passes the dependencies, to replace some of them. */
export function teamsApi(services: Services, rules: Access = access(services)): Api {
  const { auth, log, audit } = services;
  const health = get("/health", { public: "load balancer probe", response: text() }, () => "Ok");
  return createApi({
    title: "Teams",
    version: "1.0.0",
    description: "Organisations, their projects and tasks. Press **Authorize** and sign in.",
    routes: [health, ...[...modules, ...work].flatMap((routes) => routes(rules, services)), ...auth.routes],
    docs: { public: "the API is for everyone who builds on it" },
    audit: async (event, origin) => void (await Promise.all([audit(event, origin), recordReach(event, services)])),
    onError: (error, about) => log.error({ ...about, err: error }, "unexpected error"),
    onAnswer: (answer) => log.info({ answer }, "answer"),
  });
}
