package io.keyward.servlet;

import org.jspecify.annotations.Nullable;

/**
 * Describes, in the terms of RFC 9457, why a request is denied. It is the same for every denial with that status, so
 * that a stranger learns nothing from it.
 *
 * @param status 400, 401, 403, 429 or 503
 * @param type a URI that names the kind of problem and does not change between versions
 * @param title a few words, the same for each type
 * @param code one word for programs: {@code bad-request}, {@code unauthorized}, {@code forbidden}, {@code
 *     too-many-requests} or {@code unavailable}
 * @param detail the rights that the key lacks; null unless {@link ApiKeyFilter.Builder#explainForbidden} is on and a
 *     valid key was denied
 */
public record Problem(
        int status,
        String type,
        String title,
        String code,
        @Nullable String detail) {}
