/**
 * The script of the page that authorization servers redirect to, as text: it runs in browsers only. It hands the code to the
 * documentation that opened this window, if that is of the same origin and waits for exactly this answer.
 *
 * Swagger UI brings such a script; it hands the code over with a warning where `state` is another one, and fails in the dark if
 * nobody waits. Here an unsolicited code goes nowhere (RFC 9700 §4.7.1, cross-site request forgery), an answer that names another
 * issuer than the one that was asked is refused (RFC 9207 §2.4, mix-up), and no answer sends the browser to another address.
 */
export const redirectScript = `"use strict";
(() => {
  const say = (text) => {
    document.querySelector("p").textContent = text;
  };

  /** Throws where a page of another origin opened this window. */
  const findRequest = () => {
    try {
      return window.opener?.swaggerUIRedirectOauth2;
    } catch {
      return undefined;
    }
  };

  const answer = new URLSearchParams(location.search);
  // The code does not stay in the history.
  history.replaceState(null, "", location.pathname);

  const request = findRequest();
  if (typeof request?.state !== "string") {
    say("Nobody waits for this answer. Begin at the documentation's Authorize button, and leave its page open.");
    return;
  }
  if (answer.get("state") !== request.state) {
    say("This is not the answer to the sign-in that was begun. Nothing was handed over; close this window and begin again.");
    return;
  }
  const named = answer.get("iss");
  const isOfAnother = named === null ? request.namesIssuer === true : request.issuer !== undefined && named !== request.issuer;
  if (isOfAnother) {
    say("This is not the answer of the issuer that was asked. Nothing was handed over; close this window and begin again.");
    return;
  }
  delete window.opener.swaggerUIRedirectOauth2;
  const { auth, redirectUrl, callback, errCb } = request;
  const code = answer.get("code");
  if (code === null) {
    const message = [answer.get("error") ?? "no code came back", answer.get("error_description")].filter(Boolean).join(": ");
    errCb({ authId: auth.name, source: "auth", level: "error", message });
  } else {
    auth.code = code;
    callback({ auth, redirectUrl });
  }
  window.close();
})();
`;
