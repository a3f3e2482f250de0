package io.keyward.benchmarks;

import static java.util.concurrent.TimeUnit.HOURS;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullUnmarked;
import org.pac4j.core.context.CallContext;
import org.pac4j.core.context.Cookie;
import org.pac4j.core.context.WebContext;
import org.pac4j.core.credentials.Credentials;
import org.pac4j.core.credentials.TokenCredentials;
import org.pac4j.core.credentials.authenticator.Authenticator;
import org.pac4j.core.credentials.authenticator.LocalCachingAuthenticator;
import org.pac4j.core.exception.CredentialsException;
import org.pac4j.core.profile.CommonProfile;
import org.pac4j.http.client.direct.HeaderClient;

/** Asks pac4j's header client, which extracts, caches and makes a profile; the request is the least that it reads. */
@NullUnmarked // pac4j says nowhere what may be null
final class Pac4jCheck implements KeyCheck {
    private static final String HEADER = "X-Api-Key";

    private final HeaderClient client;

    Pac4jCheck(Map<String, String> idsByHash, UnaryOperator<String> hash, int cacheSize) {
        Authenticator lookUp = (context, credentials) -> {
            String id = idsByHash.get(hash.apply(((TokenCredentials) credentials).getToken()));
            if (id == null) {
                throw new CredentialsException("unknown key");
            }
            CommonProfile profile = new CommonProfile();
            profile.setId(id);
            credentials.setUserProfile(profile);
            return Optional.of(credentials);
        };
        client = new HeaderClient(HEADER, new LocalCachingAuthenticator(lookUp, cacheSize, 1, HOURS));
        client.init();
    }

    @Override
    public boolean accepts(String presented) {
        CallContext context = new CallContext(new OneHeader(presented), null);
        Optional<Credentials> credentials = client.getCredentials(context);
        return credentials
                .flatMap(found -> client.validateCredentials(context, found))
                .flatMap(valid -> client.getUserProfile(context, valid))
                .isPresent();
    }

    /** A request that has a key and nothing else. */
    private static final class OneHeader implements WebContext {
        private final String key;

        OneHeader(String key) {
            this.key = key;
        }

        @Override
        public Optional<String> getRequestHeader(String name) {
            return name.equalsIgnoreCase(HEADER) ? Optional.of(key) : Optional.empty();
        }

        @Override
        public Optional<String> getRequestParameter(String name) {
            return Optional.empty();
        }

        @Override
        public Map<String, String[]> getRequestParameters() {
            return Map.of();
        }

        @Override
        @SuppressWarnings("rawtypes") // as the interface has it
        public Optional getRequestAttribute(String name) {
            return Optional.empty();
        }

        @Override
        public void setRequestAttribute(String name, Object value) {
            throw notThere();
        }

        @Override
        public String getRequestMethod() {
            return "GET";
        }

        @Override
        public String getRemoteAddr() {
            return "127.0.0.1";
        }

        @Override
        public void setResponseHeader(String name, String value) {
            // the challenge, which the client sets for every request and takes back for a good one; nobody reads it
            // here
        }

        @Override
        public Optional<String> getResponseHeader(String name) {
            return Optional.empty();
        }

        @Override
        public void setResponseContentType(String type) {
            throw notThere();
        }

        @Override
        public String getServerName() {
            return "localhost";
        }

        @Override
        public int getServerPort() {
            return 80;
        }

        @Override
        public String getScheme() {
            return "http";
        }

        @Override
        public boolean isSecure() {
            return false;
        }

        @Override
        public String getFullRequestURL() {
            return "http://localhost/";
        }

        @Override
        public Collection<Cookie> getRequestCookies() {
            return List.of();
        }

        @Override
        public void addResponseCookie(Cookie cookie) {
            throw notThere();
        }

        @Override
        public String getPath() {
            return "/";
        }

        private static UnsupportedOperationException notThere() {
            return new UnsupportedOperationException("this request has a key header and nothing else");
        }
    }
}
