/**
 * The script of the page that authorization servers redirect to, as text: it runs in browsers only. It hands the code to the
 * documentation that opened this window, if that is of the same origin and waits for exactly this answer.
 *
 * Swagger UI brings such a script; it hands the code over with a warning where `state` is another one, and fails in the dark if
 * nobody waits. Here an unsolicited code goes nowhere (RFC 9700 §4.7.1, cross-site request forgery), an answer that names another
 * issuer than the one that was asked is refused (RFC 9207 §2.4, mix-up), and no answer sends the browser to another address.
 */
import { answerScript } from "./answer-script.ts";

/** The script, as the page loads it. */
export const redirectScript: string = `"use strict";
(() => {
${answerScript}
  const say = (text) => {
    document.querySelector("p").textContent = text;
  };

  const end = (refusal) => {
    if (refusal !== undefined) return say(refusal + " Nothing was handed over; close this window and begin again.");
    say("The documentation has the answer. Close this window.");
    window.close();
  };

  /** Throws where a page of another origin opened this window. */
  const findRequest = () => {
    try {
      return window.opener?.swaggerUIRedirectOauth2;
    } catch {
      return undefined;
    }
  };

  const search = location.search;
  const answer = new URLSearchParams(search);
  // The code does not stay in the history.
  history.replaceState(null, "", location.pathname);

  const request = findRequest();
  if (typeof request?.state === "string") {
    const refusal = handOver(request, answer);
    if (refusal === undefined) delete window.opener.swaggerUIRedirectOauth2;
    end(refusal);
    return;
  }
  const nobody = () => say("Nobody waits for this answer. Begin at the documentation's Authorize button, and leave its page open.");
  const timer = setTimeout(nobody, 2000);
  const channel = channelOf(new URL("..", location.href));
  channel.onmessage = ({ data }) => {
    if (data.answered !== answer.get("state")) return;
    clearTimeout(timer);
    channel.close();
    end(data.refusal);
  };
  channel.postMessage({ search });
})();
`;
