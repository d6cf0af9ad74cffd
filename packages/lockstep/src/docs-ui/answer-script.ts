/**
 * How an answer of an authorization server reaches the sign-in that waits for it, as text of both the documentation's page and
 * the page that the server redirects to. Usually the second page finds the request at the window that opened it. A server may cut
 * its pages off from the windows that opened them (Cross-Origin-Opener-Policy), and the window stays cut off. Then the answer
 * goes through a channel of the origin, on which only the page with the same `state` accepts it.
 */
export const answerScript = `  /** Hands an answer over, or returns the reason why it is not the one that is waited for. */
  const handOver = (request, answer) => {
    if (answer.get("state") !== request.state) return "This is not the answer to the sign-in that was begun.";
    const named = answer.get("iss");
    const isOfAnother = named === null ? request.namesIssuer === true : request.issuer !== undefined && named !== request.issuer;
    if (isOfAnother) return "This is not the answer of the issuer that was asked.";
    const { auth, redirectUrl, callback, errCb } = request;
    const code = answer.get("code");
    if (code === null) {
      const message = [answer.get("error") ?? "no code came back", answer.get("error_description")].filter(Boolean).join(": ");
      errCb({ authId: auth.name, source: "auth", level: "error", message });
    } else {
      auth.code = code;
      callback({ auth, redirectUrl });
    }
    return undefined;
  };

  /** The APIs of one origin have a channel each. */
  const channelOf = (folder) => new BroadcastChannel("lockstep sign-in of " + folder.pathname);
`;
