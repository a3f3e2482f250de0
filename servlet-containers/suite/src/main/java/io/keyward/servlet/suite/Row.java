package io.keyward.servlet.suite;

import static io.keyward.servlet.suite.Row.Expect.ANY_REFUSAL;
import static io.keyward.servlet.suite.Row.Expect.CLIENT_ERROR;
import static io.keyward.servlet.suite.Row.Expect.D;
import static io.keyward.servlet.suite.Row.Expect.D4;
import static io.keyward.servlet.suite.Row.Expect.F;
import static io.keyward.servlet.suite.Row.Expect.NO_SERVER_ERROR;
import static io.keyward.servlet.suite.Row.Expect.OK;
import static io.keyward.servlet.suite.Row.Expect.OK_OR_D4;

import java.util.ArrayList;
import java.util.List;

/** One attack case that is a single request. Keys stand in braces; a header that begins with a line end is the body. */
record Row(String id, Expect expect, String line, String... headers) {
    /** What an answer must be; the letters are those of the list of attack cases. */
    enum Expect {
        /** 401 in full. */
        D,
        /** 401 in full, or a 400 of filter or container. */
        D4,
        /** 400. */
        BAD,
        /** 403 in full. */
        F,
        /** 200 from the handler. */
        OK,
        /** 200 from the handler, or D4. */
        OK_OR_D4,
        /** 200, 400 or 431. */
        NO_SERVER_ERROR,
        /** 401, or any 4xx of the container. */
        CLIENT_ERROR,
        /** Any answer but one of the handler. */
        ANY_REFUSAL
    }

    private static Row row(String id, Expect expect, String line, String... headers) {
        return new Row(id, expect, line, headers);
    }

    static List<Row> all() {
        List<Row> rows = new ArrayList<>();
        presence(rows);
        several(rows);
        bytes(rows);
        schemes(rows);
        paths(rows);
        methods(rows);
        answers(rows);
        return rows;
    }

    private static void presence(List<Row> rows) {
        String get = "GET /api/x";
        rows.add(row("HP-01", D, get));
        rows.add(row("HP-02", D, get, "X-API-Key:"));
        rows.add(row("HP-03", D, get, "X-API-Key:    \t "));
        rows.add(row("HP-04", D, get, "X-API-Key: null"));
        rows.add(row("HP-05", D, get, "X-API-Key: undefined"));
        rows.add(row("HP-06", OK, get, "X-API-Key:  \t{K1}\t "));
        rows.add(row("HP-07", D, get, "X-API-Key: \"{K1}\""));
        rows.add(row("HP-08", D4, get, "X-API-Key: {K1},"));
        rows.add(row("HP-09", D, get, "X-API-Key: {K1-CUT}"));
        rows.add(row("HP-10", D, get, "X-API-Key: {K1}A"));
        rows.add(row("HP-11", D, get, "X-API-Key: {K1-ID}"));
        rows.add(row("HP-12", D, get, "X-API-Key: {K1-CASE}"));
        rows.add(row("HP-13", D, get, "X-API-Key: {KC}"));
        rows.add(row("HP-14", D, get, "X-API-Key: {K1-HEX}"));
        rows.add(row("HP-15", D, get, "X-API-Key: {K1-STORED}"));
        rows.add(row("HP-16", D, get, "X-API-Key: *"));
        rows.add(row("HP-17", D, get, "X-API-Key: ' OR '1'='1"));
        rows.add(row("HP-18", D, get, "X-API-Key: {K1-PERCENT}"));
    }

    private static void several(List<Row> rows) {
        String get = "GET /api/x";
        rows.add(row("HD-01", D4, get, "X-API-Key: {KF}", "X-API-Key: {K1}"));
        rows.add(row("HD-02", D4, get, "X-API-Key: {K1}", "X-API-Key: {KF}"));
        rows.add(row("HD-03", D4, "GET /admin/x", "X-API-Key: {K1}", "x-api-key: {KA}"));
        rows.add(row("HD-04", D4, get, "X-API-Key: {K1}", "X-API-Key: {K1}"));
        rows.add(row("HD-05", D4, get, "X-API-Key: {K1}, {K1}"));
        rows.add(row("HD-06", D4, "GET /admin/x", "Authorization: ApiKey {K1}", "X-API-Key: {KA}"));
        rows.add(row("HD-07", D4, get, "Authorization: ApiKey {KF}", "X-API-Key: {K1}"));
        rows.add(row("HD-08", D4, get, "Authorization: ApiKey {K1}", "Authorization: ApiKey {K1}"));
        rows.add(row("HD-09", D, get + "?api_key={K1}"));
        rows.add(row("HD-10", OK_OR_D4, get + "?api_key={KF}", "X-API-Key: {K1}"));
        rows.add(row("HD-14", D, get, "Cookie: X-API-Key={K1}"));
    }

    private static void bytes(List<Row> rows) {
        String get = "GET /api/x";
        rows.add(row("HE-01", Expect.BAD, get, "X-API-Key : {K1}"));
        rows.add(row("HE-02", D4, get, "X-API-Key: {K1-A}\r\n {K1-B}"));
        rows.add(row("HE-03", Expect.BAD, get, "X-API-Key: {K1-A}\0{K1-B}"));
        rows.add(row("HE-04", Expect.BAD, get, "X-API-Key: {K1}\0"));
        rows.add(row("HE-05", D, get, "X-API-Key: {K1}\u00a0"));
        rows.add(row("HE-06", D, get, "X-API-Key: \u00ef\u00bb\u00bf{K1}"));
        rows.add(row("HE-07", D, get, "X-API-Key: \u009b31m{K1}"));
        rows.add(row("HE-08", D, get, "X-API-Key: {K1-A}\u00c3\u00a1{K1-B}"));
        rows.add(row("HE-09", D, get, "X-API-Key: " + "A".repeat(257)));
        rows.add(row("HE-10", D, get, "X-API-Key: " + "A".repeat(7000)));
        rows.add(row("HE-11", CLIENT_ERROR, get, "X-API-Key: " + "A".repeat(16384)));
        rows.add(row("HE-12", D, get, "X_API_Key: {K1}"));
        rows.add(row("HE-13", OK, get, "x-aPi-kEy: {K1}"));
        rows.add(row(
                "HE-14",
                D,
                "POST /api/x",
                "Transfer-Encoding: chunked",
                "Trailer: X-API-Key",
                "\r\n3\r\nabc\r\n0\r\nX-API-Key: {K1}\r\n\r\n"));
        String[] many = new String[301];
        for (int i = 0; i < 300; i++) {
            many[i] = "X-Extra-" + i + ": v";
        }
        many[300] = "X-API-Key: {K1}";
        rows.add(row("HE-15", NO_SERVER_ERROR, get, many));
    }

    private static void schemes(List<Row> rows) {
        String get = "GET /api/x";
        rows.add(row("SC-01", OK, get, "Authorization: apikey {K1}"));
        rows.add(row("SC-01", OK, get, "Authorization: APIKEY {K1}"));
        rows.add(row("SC-02", OK, get, "Authorization: ApiKey   {K1}"));
        rows.add(row("SC-03", D4, get, "Authorization: ApiKey\t{K1}"));
        rows.add(row("SC-04", D4, get, "Authorization: ApiKey{K1}"));
        rows.add(row("SC-05", D4, get, "Authorization: ApiKey"));
        rows.add(row("SC-05", D4, get, "Authorization: ApiKey "));
        rows.add(row("SC-06", D, get, "Authorization: {K1}"));
        rows.add(row("SC-07", D, get, "Authorization: Basic {K1-BASIC}"));
        rows.add(row("SC-07", OK, get, "Authorization: Basic {K1-BASIC}", "X-API-Key: {K1}"));
        rows.add(row("SC-08", D4, get, "Authorization: ApiKey {K1} extra"));
        rows.add(row("SC-09", D4, get, "Authorization: ApiKey {K1}, Bearer {KF}"));
        rows.add(row("SC-10", D4, get, "Authorization: ApiKey realm=\"x\", key=\"{K1}\""));
        rows.add(row("SC-11", D, get, "Authorization: ApiKeys {K1}"));
    }

    private static void paths(List<Row> rows) {
        rows.add(row("PA-01", D4, "GET /public/../admin/x"));
        rows.add(row("PA-02", D4, "GET /public/..;/admin/x"));
        rows.add(row("PA-03", D4, "GET /public;/../admin/x"));
        rows.add(row("PA-04", D4, "GET /public/%2e%2e/admin/x"));
        rows.add(row("PA-05", D4, "GET /public/..%2fadmin/x"));
        rows.add(row("PA-06", D4, "GET /public/%252e%252e/admin/x"));
        rows.add(row("PA-07", D4, "GET //admin/x"));
        rows.add(row("PA-08", D4, "GET /;/admin/x"));
        rows.add(row("PA-09", D4, "GET /admin;x=1/x"));
        rows.add(row("PA-10", D, "GET /%61dmin/x"));
        rows.add(row("PA-11", D, "GET /admin/x/"));
        rows.add(row("PA-11", D, "GET /admin/"));
        rows.add(row("PA-11", D, "GET /admin"));
        rows.add(row("PA-12", D4, "GET /admin/x%20"));
        rows.add(row("PA-13", D4, "GET /admin/x%0a"));
        rows.add(row("PA-14", D4, "GET /admin/x%00"));
        rows.add(row("PA-15", D4, "GET /admin\\x"));
        rows.add(row("PA-15", D4, "GET /admin%5cx"));
        rows.add(row("PA-16", D, "GET /ADMIN/x"));
        rows.add(row("PA-17", D, "GET /publicity/x"));
        rows.add(row("PA-17", D, "GET /public-admin/x"));
        rows.add(row("PA-17", D, "GET /public.bak"));
        rows.add(row("PA-18", D, "GET /admin/x?y=/public/"));
        rows.add(row("PA-18", D, "GET /admin/x?/public"));
        rows.add(row("PA-19", D, "GET /admin/x.css"));
        rows.add(row("PA-19", D, "GET /admin/x/a.js"));
        rows.add(row("PA-20", D4, "GET /admin/x%3b.css"));
        rows.add(row("PA-21", D4, "GET !http://evil{ctx}/public/../admin/x"));
        rows.add(row("PA-22", D4, "GET /admin/x", "Host: evil/public?"));
        rows.add(row("PA-23", D, "GET /admin/x", "X-Original-URL: /public/x", "X-Rewrite-URL: /public/x"));
        rows.add(row("PA-24", D, "GET /admin/x", "X-Forwarded-Prefix: /public", "X-Forwarded-Host: h/public/"));
        rows.add(row("PA-25", D, "GET /admin/x", "User-Agent: kube-probe/1.29"));
        rows.add(row("PA-25", D, "GET /admin/x", "Referer: http://h/public/", "X-Forwarded-For: 127.0.0.1"));
        rows.add(row("PA-26", D, "GET /nosuch"));
        rows.add(row("PA-27", OK, "GET /public/x", "X-API-Key: {KR}"));
        rows.add(row("PA-27", OK, "GET /public/x", "X-API-Key: {KF}"));
    }

    private static void methods(List<Row> rows) {
        rows.add(row("ME-01", D, "HEAD /admin/x"));
        rows.add(row("ME-02", D4, "get /admin/x"));
        rows.add(row("ME-03", CLIENT_ERROR, "FOO /admin/x"));
        rows.add(row("ME-05", D, "OPTIONS /api/x"));
        rows.add(row("ME-06", D, "POST /api/x", "X-HTTP-Method-Override: GET", "Content-Length: 0"));
        rows.add(row("ME-09", ANY_REFUSAL, "OPTIONS !*"));
    }

    private static void answers(List<Row> rows) {
        for (String accept : List.of("text/html", "*/*", "image/png")) {
            rows.add(row("RE-06", D, "GET /api/x", "Accept: " + accept));
        }
        rows.add(row("RE-07", F, "GET /admin/x", "X-API-Key: {K1}"));
        rows.add(row("RE-08", D, "GET /api/x", "If-None-Match: \"e\""));
        rows.add(row("RE-09", D, "GET /api/x", "Range: bytes=0-0"));
        rows.add(row("AU-01", F, "POST /admin/keys", "X-API-Key: {K1}", "Content-Length: 0"));
        rows.add(row("AU-01", F, "DELETE /admin/keys/1", "X-API-Key: {K1}"));
        rows.add(row("AU-02", F, "GET /admin/x", "X-API-Key: {KL}"));
        rows.add(row("AU-03", OK, "GET /api/x", "X-API-Key: {K0}"));
        rows.add(row("AU-03", F, "GET /admin/x", "X-API-Key: {K0}"));
        rows.add(row("AU-10", D, "POST /admin/keys", "Content-Length: 0"));
        for (String key : List.of("KX", "KR", "KN", "KF", "KC")) {
            rows.add(row("RE-03", D, "GET /api/x", "X-API-Key: {" + key + "}"));
            rows.add(row("RE-03", D, "GET /api/x", "Authorization: Bearer {" + key + "}"));
        }
        rows.add(row("LI-05", OK, "GET /api/x", "X-API-Key: {KO}"));
        rows.add(row("DI-09", D, "GET /err"));
        rows.add(row("LE-06", D, "GET /api/x?api_key={K1}"));
        rows.add(row("LE-07", D4, "GET /api/x%0aINFO%20forged"));
    }
}
