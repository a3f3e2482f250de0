package io.keyward.benchmarks.report;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.JsonWriter;
import jakarta.json.JsonWriterFactory;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one run of a part gave; a JSON file.
 *
 * @param part the name of the part
 * @param profile how thoroughly
 * @param started when
 * @param seconds how long it took
 * @param environment where
 * @param rows the figures
 */
record Run(String part, Profile profile, Instant started, long seconds, Environment environment, List<Row> rows) {
    private static final MathContext DIGITS = new MathContext(5);
    private static final JsonWriterFactory WRITERS =
            Json.createWriterFactory(Map.of(JsonGenerator.PRETTY_PRINTING, true));

    Run {
        rows = List.copyOf(rows);
    }

    /** Returns the row of a thing measured with at least these parameters; not one that failed. */
    Optional<Row> find(String name, Map<String, String> params) {
        return rows.stream()
                .filter(row -> row.is(name, params) && !row.isFailed())
                .findFirst();
    }

    /** Returns the rows of what could not be measured. */
    List<Row> failed() {
        return rows.stream().filter(Row::isFailed).toList();
    }

    /** Writes the file whole or not at all, so that a run that is broken off leaves none that looks finished. */
    void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
        try (Writer text = Files.newBufferedWriter(unfinished);
                JsonWriter json = WRITERS.createWriter(text)) {
            json.write(toJson());
        }
        Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    static Run read(Path file) throws IOException {
        try (Reader text = Files.newBufferedReader(file);
                JsonReader json = Json.createReader(text)) {
            return fromJson(json.readObject());
        }
    }

    private JsonObject toJson() {
        JsonArrayBuilder rowsJson = Json.createArrayBuilder();
        rows.forEach(row -> rowsJson.add(toJson(row)));
        return Json.createObjectBuilder()
                .add("part", part)
                .add("profile", profile.name())
                .add("started", started.toString())
                .add("seconds", seconds)
                .add(
                        "environment",
                        Json.createObjectBuilder()
                                .add("commit", environment.commit())
                                .add("cpu", environment.cpu())
                                .add("cpus", environment.cpus())
                                .add("memoryGb", environment.memoryGb())
                                .add("os", environment.os())
                                .add("jdk", environment.jdk())
                                .add("load", rounded(environment.load())))
                .add("rows", rowsJson)
                .build();
    }

    private static JsonObjectBuilder toJson(Row row) {
        JsonObjectBuilder params = Json.createObjectBuilder();
        row.params().forEach(params::add);
        JsonArrayBuilder rounds = Json.createArrayBuilder();
        for (List<Double> values : row.rounds()) {
            JsonArrayBuilder round = Json.createArrayBuilder();
            values.forEach(value -> round.add(rounded(value)));
            rounds.add(round);
        }
        JsonObjectBuilder extras = Json.createObjectBuilder();
        row.extras().forEach((extra, value) -> extras.add(extra, rounded(value)));
        return Json.createObjectBuilder()
                .add("name", row.name())
                .add("params", params)
                .add("unit", row.unit())
                .add("rounds", rounds)
                .add("extras", extras);
    }

    private static Run fromJson(JsonObject json) {
        JsonObject place = json.getJsonObject("environment");
        return new Run(
                json.getString("part"),
                Profile.valueOf(json.getString("profile")),
                Instant.parse(json.getString("started")),
                json.getJsonNumber("seconds").longValue(),
                new Environment(
                        place.getString("commit"),
                        place.getString("cpu"),
                        place.getInt("cpus"),
                        place.getJsonNumber("memoryGb").longValue(),
                        place.getString("os"),
                        place.getString("jdk"),
                        place.getJsonNumber("load").doubleValue()),
                json.getJsonArray("rows").getValuesAs(Run::rowFromJson));
    }

    private static Row rowFromJson(JsonValue value) {
        JsonObject json = value.asJsonObject();
        Map<String, String> params = new LinkedHashMap<>();
        json.getJsonObject("params").forEach((param, text) -> params.put(param, ((JsonString) text).getString()));
        List<List<Double>> rounds = new ArrayList<>();
        for (JsonValue round : json.getJsonArray("rounds")) {
            rounds.add(round.asJsonArray().getValuesAs((JsonNumber number) -> number.doubleValue()));
        }
        Map<String, Double> extras = new LinkedHashMap<>();
        json.getJsonObject("extras").forEach((extra, number) -> extras.put(extra, ((JsonNumber) number).doubleValue()));
        return new Row(json.getString("name"), params, json.getString("unit"), rounds, extras);
    }

    private static BigDecimal rounded(double value) {
        return BigDecimal.valueOf(value).round(DIGITS);
    }
}
