package io.keyward.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.keyward.ApiKey;
import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.Verification;
import io.keyward.testing.ThrowAwayKeys;
import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

@DisplayName("issue 21: others can hand an allowed request on as the filter does")
class PassageTest {
    private final ApiKey key = ThrowAwayKeys.newKey();
    private final ApiKeyPrincipal principal = ((Verification.Accepted) ApiKeyVerifier.of(KeyRing.builder()
                            .add(ThrowAwayKeys.recordOf(key).build())
                            .build())
                    .verify(key.reveal()))
            .principal();

    @Test
    void hidesTheKeyNamesTheCallerAndKeepsCachesAway() throws Exception {
        Passage passage = Passage.hiding(KeySources.header("X-Api-Key"), KeySources.authorization("Bearer"));
        HttpServletRequest request = new FakeRequest("/x")
                .header("X-Api-Key", key.reveal())
                .header("Accept", "text/plain")
                .asRequest();
        FakeResponse response = new FakeResponse();
        passage.lead(principal, request, response.asResponse(), (shown, answer) -> {
            HttpServletRequest seen = (HttpServletRequest) shown;
            assertNull(seen.getHeader("x-api-key"));
            assertEquals("text/plain", seen.getHeader("Accept"));
            assertEquals(principal, seen.getUserPrincipal());
            assertEquals(principal, seen.getAttribute(ApiKeyFilter.PRINCIPAL_ATTRIBUTE));
        });
        assertEquals("private, no-store", response.header("Cache-Control"));
        assertEquals("X-Api-Key, Authorization", response.header("Vary"));
        assertNull(MDC.get(ApiKeyFilter.MDC_KEY));
    }

    @Test
    void whatALogMaySayOfARequestHoldsNoKey() {
        String text = RequestInfo.of(new FakeRequest("/v1/" + key.reveal() + "?a=b").asRequest())
                .toString();
        assertFalse(text.contains(key.reveal()), text);
        assertFalse(text.contains("a=b"), text);
    }
}
