package io.keyward.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.Verification;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.store.ApiKeys;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Runs the code of docs/database.md. */
class DatabaseDocTest {
    @Test
    void pageShowsTheCodeThatRunsHere() throws Exception {
        String source = withoutLayout(Files.readString(Path.of("src/test/java/io/keyward/jdbc/DatabaseDocTest.java")));
        String page = Files.readString(Path.of("../docs/database.md"));
        List<String> blocks = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
                .matcher(page)
                .results()
                .map(block -> withoutLayout(block.group(1)))
                .filter(block -> !block.startsWith("import"))
                .toList();

        assertEquals(3, blocks.size());
        blocks.forEach(block -> assertTrue(source.contains(block), block));
    }

    private static String withoutLayout(String code) {
        return code.replaceAll("//[^\n]*", "").replaceAll("\\s+", "");
    }

    @Test
    void everyStepDoesWhatThePageSays() {
        DataSource dataSource = TestDatabases.h2("");
        DataSource direct = dataSource;
        RoleModel roles = RoleModel.of(Role.of("client").permitting("jobs:submit"));
        JdbcApiKeyStore store = JdbcApiKeyStore.of(dataSource);
        store.createSchema();
        ApiKeys keys = ApiKeys.over(store).roles(roles).format("acme_live").open();
        IssuedKey issued = keys.manager()
                .issue(IssueRequest.builder().owner("alice").roles("client").build());
        Verification verification = keys.verifier().verify(issued.key().reveal());
        assertInstanceOf(Verification.Accepted.class, verification);

        JdbcApiKeyStore listening =
                JdbcApiKeyStore.builder(dataSource).listening(direct).build();
        assertEquals(1, listening.load().records().size());

        LastUseWriter.of(store, keys).flush();
        LastUseWriter writer = LastUseWriter.of(store, keys);
        writer.start(Duration.ofSeconds(30));
        Map<Integer, Instant> uses = store.lastUses(issued.record().id()); // by the ordinal of the secret, of all nodes
        assertTrue(uses.containsKey(1));
        writer.close();
        keys.close();
    }
}
