package io.keyward.cli.holder;

import io.keyward.cli.holder.Server.Answer;
import io.keyward.cli.holder.Server.NoAnswerException;
import java.util.Set;

/**
 * Finds out whether a service accepts a key: asks first without it, then with it.
 *
 * <p>The key is sent only to a service that answers 401 without it. Only a service that then answers something else
 * has accepted it.
 */
final class Probe {
    /** Where a service says whose key it was sent; used if no path is known. */
    static final String WHOAMI = "/v1/whoami";

    /** Proxy authentication, request timeout, too early, too many requests: sent before the key was looked at. */
    private static final Set<Integer> BEFORE_THE_KEY = Set.of(407, 408, 425, 429);

    private Probe() {}

    /** The result of the question, and a sentence about it that follows the name of the key. */
    record Verdict(Answered answered, String reason) {
        boolean isAccepted() {
            return answered == Answered.ACCEPTED || answered == Answered.LACKS_ROLE;
        }
    }

    /** The results of the question. The names are printed. */
    enum Answered {
        ACCEPTED,
        LACKS_ROLE,
        REJECTED,
        COULD_NOT_TELL
    }

    /** Asks the service of a credential. */
    static Verdict ask(Credential credential) {
        if (credential.url() == null) {
            return unknown("it was stored without a server; log in again with --api-url");
        }
        ServiceUrl url = credential.url().orPath(WHOAMI);
        if (!url.origin().isPrivate()) {
            return unknown(url.origin() + " would get the key unencrypted; use https, or a tunnel to localhost");
        }
        try {
            Answer without = Server.get(url, null);
            if (without.status() != 401) {
                return unknown(describeWithout(without, url));
            }
            return verdictOf(Server.get(url, credential.key()), url);
        } catch (NoAnswerException e) {
            return unknown(String.valueOf(e.getMessage()));
        }
    }

    private static String describeWithout(Answer answer, ServiceUrl url) {
        String what = url + " answered " + answer.status() + " without a key";
        if (isRedirect(answer.status())) {
            return what + ", a redirect" + target(answer, url) + " that is not followed; log in with the right URL";
        }
        return answer.status() < 300
                ? what + ", so that path needs none; name one that needs a key with --api-url"
                : what + " instead of 401; it may not use keys, or not have that path";
    }

    private static Verdict verdictOf(Answer answer, ServiceUrl url) {
        int status = answer.status();
        String what = url + " answered " + status;
        if (status == 401) {
            return new Verdict(
                    Answered.REJECTED, what + ": the key is unknown there, revoked, expired, or for another server");
        }
        if (status == 403) {
            return new Verdict(Answered.LACKS_ROLE, what + ": the key is valid but lacks the role for that path");
        }
        if (status == 404) {
            return new Verdict(Answered.ACCEPTED, what + ": the key is valid, and only the endpoint does not exist");
        }
        if (isRedirect(status)) {
            return unknown(what + " with the key, a redirect" + target(answer, url) + " that is not followed");
        }
        if (status >= 500 || BEFORE_THE_KEY.contains(status)) {
            return unknown(what + " with the key, and 401 without; ask again later");
        }
        return new Verdict(Answered.ACCEPTED, what + ": the key is valid");
    }

    static boolean isRedirect(int status) {
        return status >= 300 && status < 400 && status != 304;
    }

    /** Names the origin that a redirect leads to; its path and query may hold anything. */
    private static String target(Answer answer, ServiceUrl from) {
        return " to "
                + from.redirected(answer.location())
                        .map(url -> url.origin().toString())
                        .orElse("an unreadable place");
    }

    private static Verdict unknown(String reason) {
        return new Verdict(Answered.COULD_NOT_TELL, reason);
    }
}
