/** The answer in place of one that a hook of the application, or the writing, has prevented. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { answerToError } from "../../outcome/answer.ts";
import type { HostedApi, HostResponse } from "../host.ts";
import { discard } from "../body.ts";
import { answerToFastify } from "./fastify-error.ts";
import type { FastifyHostRequest } from "./fastify-request.ts";
import { PiecesFailed } from "./write.ts";
import { writeDirectly } from "./write-directly.ts";

/** A request whose answer failed. */
export interface FailedRequest {
  readonly reply: FastifyReply;
  readonly seen: FastifyHostRequest;
  /** The answer that was on its way. */
  readonly instead: HostResponse | undefined;
  readonly isClosing: boolean;
}

const internalError = answerToError(undefined);

/**
 * Answers and reports an error, and returns the answer. It is written past Fastify, and this is the end of it: a hook that always
 * throws would throw again. It throws nothing.
 */
export function answerFailure(hosted: HostedApi, error: unknown, { reply, seen, instead, isClosing }: FailedRequest): HostResponse {
  const { request } = reply;
  discard(instead?.body);
  // The error of a stream is reported by its exchange, and decides as if the handler had thrown it.
  const cause = error instanceof PiecesFailed ? error.cause : error;
  const answer = answerToFastify(cause);
  const options = { instead, closes: seen.stream === undefined && (isClosing || (seen.hasBody && !seen.isRead)) };
  try {
    const response = hosted.refuse(answer, seen);
    if (answer.status >= 500 && cause === error) report(hosted, error, request, response);
    writeDirectly(reply, response, options);
    return response;
  } catch (unwritable) {
    // A problem that the application threw has a status or a header that cannot be written.
    const response = hosted.refuse(internalError, seen);
    report(hosted, unwritable, request, response);
    writeDirectly(reply, response, options);
    return response;
  }
}

/** Tells the API's listener and the application's log. A log that throws changes no answer. */
function report(hosted: HostedApi, error: unknown, request: FastifyRequest, { headers }: HostResponse): void {
  const route = `${request.method} ${request.routeOptions.url ?? "(no route)"}`;
  hosted.report(error, { requestId: String(headers["x-request-id"]), route });
  try {
    request.log.error(error);
  } catch (failure) {
    console.error(`The log failed on an error of ${route}: ${failure instanceof Error ? failure.name : typeof failure}`);
  }
}
