package io.keyward.servlet;

import io.keyward.ApiKeyPrincipal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decides which request headers, cookies and parameters the application sees, and which are set for it. */
final class HeaderPolicy {
    private final List<KeySource> hidden;
    private final Map<String, Function<ApiKeyPrincipal, @Nullable String>> identity;
    private final Set<String> hiddenCookies;
    private final Set<String> hiddenParameters;

    HeaderPolicy(List<KeySource> hidden, Map<String, Function<ApiKeyPrincipal, @Nullable String>> identity) {
        this.hidden = List.copyOf(hidden);
        this.identity = new LinkedHashMap<>(identity);
        this.hiddenCookies =
                hidden.stream().map(KeySource::cookie).filter(x -> x != null).collect(Collectors.toSet());
        this.hiddenParameters = hidden.stream()
                .map(KeySource::queryParameter)
                .filter(x -> x != null)
                .collect(Collectors.toSet());
    }

    /** Returns whether this header is hidden from the application or replaced. */
    boolean isProtected(String name) {
        if (name == null) {
            return false;
        }
        for (KeySource source : hidden) {
            if (source.readsHeader(name)) {
                return true;
            }
        }
        for (String header : identity.keySet()) {
            if (HeaderNames.alike(header, name)) {
                return true;
            }
        }
        return false;
    }

    /** Returns what the application sees of a hidden or replaced header. */
    List<String> visible(String name, List<String> values, @Nullable ApiKeyPrincipal principal) {
        for (String header : identity.keySet()) {
            if (HeaderNames.alike(header, name)) {
                return HeaderNames.same(header, name) ? identityOf(header, principal) : List.of();
            }
        }
        List<String> visible = values;
        for (KeySource source : hidden) {
            if (source.readsHeader(name)) {
                visible = source.visible(visible);
            }
        }
        return visible;
    }

    private List<String> identityOf(String header, @Nullable ApiKeyPrincipal principal) {
        Function<ApiKeyPrincipal, @Nullable String> property = identity.get(header);
        String value = principal == null || property == null ? null : property.apply(principal);
        return value == null ? List.of() : List.of(value);
    }

    Set<String> identityHeaders() {
        return identity.keySet();
    }

    Set<String> hiddenCookies() {
        return hiddenCookies;
    }

    Set<String> hiddenParameters() {
        return hiddenParameters;
    }

    @Nullable
    String visibleQuery(@Nullable String query) {
        String visible = query;
        for (String name : hiddenParameters) {
            visible = QueryText.without(visible, name);
        }
        return visible;
    }
}
