package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.ApiKey;
import io.keyward.KeyHasher;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.json.JsonValue.ValueType;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Stands in for Bitwarden's command line {@code bw}: {@code encode}, {@code create item}, {@code edit item ID},
 * {@code get password NAME} and {@code get item NAME}, over a file that the variable {@code BW_VAULT} names.
 *
 * <p>Takes items only as the export model of bitwarden/clients describes them (libs/common/src/models/export: cipher,
 * login, login-uri and field), and as the FetchML procedure wants them: the key is the password and stands nowhere
 * else, and a hidden field {@code api_key_hash} has the 64 digits of its SHA-256.
 */
final class BitwardenStandIn {
    private static final int LOGIN = 1;
    private static final int HIDDEN = 1;
    private static final Set<ValueType> BOOLEAN = Set.of(ValueType.TRUE, ValueType.FALSE);
    private static final Set<ValueType> NUMBER = Set.of(ValueType.NUMBER);
    private static final Set<ValueType> TEXT = Set.of(ValueType.STRING);
    private static final Set<ValueType> OPTIONAL_TEXT = Set.of(ValueType.STRING, ValueType.NULL);
    private static final Set<ValueType> OPTIONAL_NUMBER = Set.of(ValueType.NUMBER, ValueType.NULL);
    private static final Set<ValueType> LIST = Set.of(ValueType.ARRAY);
    private static final Set<ValueType> OPTIONAL_LIST = Set.of(ValueType.ARRAY, ValueType.NULL);

    /** Members of an export by name; those of other kinds of items (card, identity, …) are no part of a login. */
    private static final Map<String, Set<ValueType>> CIPHER = Map.ofEntries(
            Map.entry("type", NUMBER),
            Map.entry("folderId", OPTIONAL_TEXT),
            Map.entry("organizationId", OPTIONAL_TEXT),
            Map.entry("collectionIds", OPTIONAL_LIST),
            Map.entry("name", TEXT),
            Map.entry("notes", OPTIONAL_TEXT),
            Map.entry("favorite", BOOLEAN),
            Map.entry("fields", OPTIONAL_LIST),
            Map.entry("login", Set.of(ValueType.OBJECT)),
            Map.entry("reprompt", NUMBER),
            Map.entry("passwordHistory", OPTIONAL_LIST),
            Map.entry("revisionDate", OPTIONAL_TEXT),
            Map.entry("creationDate", OPTIONAL_TEXT),
            Map.entry("deletedDate", OPTIONAL_TEXT),
            Map.entry("archivedDate", OPTIONAL_TEXT),
            Map.entry("key", OPTIONAL_TEXT));

    private static final Map<String, Set<ValueType>> CIPHER_LOGIN = Map.of(
            "uris", OPTIONAL_LIST, "username", TEXT, "password", TEXT, "totp", OPTIONAL_TEXT, "fido2Credentials", LIST);
    private static final Map<String, Set<ValueType>> LOGIN_URI =
            Map.of("uri", TEXT, "uriChecksum", OPTIONAL_TEXT, "match", OPTIONAL_NUMBER);
    private static final Map<String, Set<ValueType>> FIELD =
            Map.of("name", TEXT, "value", TEXT, "type", NUMBER, "linkedId", OPTIONAL_NUMBER);

    private final Path vault;

    private BitwardenStandIn(Path vault) {
        this.vault = vault;
    }

    public static void main(String[] args) throws IOException {
        try {
            BitwardenStandIn bw = new BitwardenStandIn(Path.of(System.getenv("BW_VAULT")));
            System.out.print(bw.run(List.of(args)));
        } catch (IllegalArgumentException refused) {
            System.err.println("bw: " + refused.getMessage());
            System.exit(1);
        }
    }

    private String run(List<String> args) throws IOException {
        if (args.equals(List.of("encode"))) {
            return Base64.getEncoder().encodeToString(System.in.readAllBytes());
        }
        String command = String.join(" ", args.subList(0, Math.min(2, args.size())));
        return switch (command) {
            case "create item" -> put(newId(), decoded()).toString();
            case "edit item" -> put(existingId(args.get(2)), decoded()).toString();
            case "get password" -> item(args.get(2)).getJsonObject("login").getString("password");
            case "get item" -> item(args.get(2)).toString();
            default -> throw new IllegalArgumentException("this stand-in knows no " + command);
        };
    }

    private static JsonObject decoded() throws IOException {
        byte[] json = Base64.getDecoder().decode(new String(System.in.readAllBytes(), UTF_8).strip());
        JsonObject item = read(new String(json, UTF_8));
        check(item);
        return item;
    }

    /** Says what in an item is not as it should be; never a value of it. */
    static void check(JsonObject item) {
        members("item", item, CIPHER, Set.of("type", "name", "login"));
        require(item.getInt("type") == LOGIN, "type is not 1, a login");
        require(item.getInt("reprompt", 0) == 0 || item.getInt("reprompt") == 1, "reprompt is not 0 or 1");
        require(!item.getString("name").isBlank(), "name is empty");
        JsonObject login = item.getJsonObject("login");
        members("login", login, CIPHER_LOGIN, Set.of("username", "password"));
        each(login, "uris").forEach(uri -> members("uri", uri.asJsonObject(), LOGIN_URI, Set.of("uri")));
        each(item, "fields")
                .forEach(field -> members("field", field.asJsonObject(), FIELD, Set.of("name", "value", "type")));
        checkHash(item, login.getString("password"));
    }

    private static void checkHash(JsonObject item, String key) {
        List<JsonObject> hashes = each(item, "fields").stream()
                .map(JsonValue::asJsonObject)
                .filter(field -> field.getString("name").equals("api_key_hash"))
                .toList();
        require(hashes.size() == 1, "there is not one field api_key_hash");
        require(hashes.get(0).getInt("type") == HIDDEN, "api_key_hash is not hidden");
        String hash = KeyHasher.sha256().hash(ApiKey.of(key)).reveal();
        require(
                hashes.get(0).getString("value").equals(hash.substring(hash.lastIndexOf(':') + 1)),
                "api_key_hash is not the bare SHA-256 of the password");
        require(item.toString().split(key, -1).length == 2, "the key stands elsewhere than in the password");
    }

    private static List<JsonValue> each(JsonObject object, String name) {
        return object.get(name) instanceof JsonArray array ? array : List.of();
    }

    private static void members(
            String what, JsonObject object, Map<String, Set<ValueType>> known, Set<String> required) {
        object.forEach((name, value) -> {
            require(known.containsKey(name), what + " has a member that Bitwarden does not know: " + name);
            require(known.get(name).contains(value.getValueType()), what + "." + name + " has the wrong type");
        });
        required.forEach(name -> require(object.containsKey(name), what + " has no " + name));
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private JsonObject put(String id, JsonObject item) throws IOException {
        JsonObjectBuilder items = Json.createObjectBuilder(items());
        items.add(id, item);
        Files.writeString(vault, items.build().toString());
        return Json.createObjectBuilder(item).add("id", id).build();
    }

    /** Bitwarden gives UUIDs; a guide reads better with a short one, the same each time. */
    private String newId() throws IOException {
        return String.format("b17e5a%02x", 0x1d + items().size());
    }

    private String existingId(String id) throws IOException {
        require(items().containsKey(id), "there is no item of that id");
        return id;
    }

    /** Finds as Bitwarden does, by a part of the name (bitwarden/clients#3366): more than one item is an error. */
    private JsonObject item(String part) throws IOException {
        List<String> found = items().entrySet().stream()
                .filter(entry -> entry.getKey().equals(part)
                        || entry.getValue().asJsonObject().getString("name").contains(part))
                .map(Map.Entry::getKey)
                .toList();
        require(!found.isEmpty(), "there is no item of that name");
        require(found.size() == 1, "more than one item was found; use the id of one: " + found);
        return items().getJsonObject(found.get(0));
    }

    private JsonObject items() throws IOException {
        return Files.exists(vault) ? read(Files.readString(vault)) : JsonValue.EMPTY_JSON_OBJECT;
    }

    private static JsonObject read(String text) {
        try (var reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }
}
