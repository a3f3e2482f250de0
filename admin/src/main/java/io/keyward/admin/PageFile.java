package io.keyward.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;

/** Holds a file of the page, and answers 304 to a browser that has it. */
final class PageFile {
    private static final int TAG_BYTES = 12;

    private final String contentType;
    private final String cacheControl;
    private final byte[] content;
    private final String tag;

    private PageFile(String contentType, String cacheControl, byte[] content) {
        this.contentType = contentType;
        this.cacheControl = cacheControl;
        this.content = content;
        this.tag = '"' + HexFormat.of().formatHex(sha256(content), 0, TAG_BYTES) + '"';
    }

    /**
     * Reads a file of the jar.
     *
     * @param values the values that replace {@code {name}} in it, escaped for an attribute
     */
    static PageFile of(String name, String contentType, String cacheControl, Map<String, String> values) {
        try (InputStream in = Objects.requireNonNull(PageFile.class.getResourceAsStream("page/" + name), name)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (Map.Entry<String, String> value : values.entrySet()) {
                text = text.replace("{" + value.getKey() + "}", escaped(value.getValue()));
            }
            return new PageFile(contentType, cacheControl, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("\"", "&quot;").replace("<", "&lt;");
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    void writeTo(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Cache-Control", cacheControl);
        response.setHeader("ETag", tag);
        if (isKnown(request)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        response.setContentType(contentType);
        response.setContentLength(content.length);
        if (!request.getMethod().equals("HEAD")) {
            response.getOutputStream().write(content);
        }
    }

    private boolean isKnown(HttpServletRequest request) {
        return Collections.list(request.getHeaders("If-None-Match")).stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(String::strip)
                .anyMatch(known -> known.equals("*") || known.equals(tag) || known.equals("W/" + tag));
    }
}
