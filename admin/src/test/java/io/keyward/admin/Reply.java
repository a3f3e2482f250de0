package io.keyward.admin;

import jakarta.json.JsonObject;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/** Holds an answer. */
record Reply(int status, String text, HttpHeaders headers) {
    JsonObject json() {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8), 20);
    }

    String header(String name) {
        return headers.firstValue(name).orElse("");
    }
}
