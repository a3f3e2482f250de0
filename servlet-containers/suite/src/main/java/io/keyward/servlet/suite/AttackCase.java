package io.keyward.servlet.suite;

import static io.keyward.servlet.suite.AttackCase.Expect.ANY_REFUSAL;
import static io.keyward.servlet.suite.AttackCase.Expect.CLIENT_ERROR;
import static io.keyward.servlet.suite.AttackCase.Expect.D;
import static io.keyward.servlet.suite.AttackCase.Expect.D4;
import static io.keyward.servlet.suite.AttackCase.Expect.F;
import static io.keyward.servlet.suite.AttackCase.Expect.NO_SERVER_ERROR;
import static io.keyward.servlet.suite.AttackCase.Expect.OK;
import static io.keyward.servlet.suite.AttackCase.Expect.OK_OR_D4;

import java.util.ArrayList;
import java.util.List;

/** One attack case that is a single request. Keys stand in braces; a header that begins with a line end is the body. */
record AttackCase(String id, Expect expect, String line, List<String> headers) {
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

    private static AttackCase attack(String id, Expect expect, String line, String... headers) {
        return new AttackCase(id, expect, line, List.of(headers));
    }

    static List<AttackCase> all() {
        List<AttackCase> cases = new ArrayList<>();
        presence(cases);
        several(cases);
        bytes(cases);
        schemes(cases);
        paths(cases);
        methods(cases);
        answers(cases);
        overLong(cases);
        return cases;
    }

    private static void presence(List<AttackCase> cases) {
        String get = "GET /api/x";
        cases.add(attack("HP-01", D, get));
        cases.add(attack("HP-02", D, get, "X-API-Key:"));
        cases.add(attack("HP-03", D, get, "X-API-Key:    \t "));
        cases.add(attack("HP-04", D, get, "X-API-Key: null"));
        cases.add(attack("HP-05", D, get, "X-API-Key: undefined"));
        cases.add(attack("HP-06", OK, get, "X-API-Key:  \t{K1}\t "));
        cases.add(attack("HP-07", D, get, "X-API-Key: \"{K1}\""));
        cases.add(attack("HP-08", D4, get, "X-API-Key: {K1},"));
        cases.add(attack("HP-09", D, get, "X-API-Key: {K1-CUT}"));
        cases.add(attack("HP-10", D, get, "X-API-Key: {K1}A"));
        cases.add(attack("HP-11", D, get, "X-API-Key: {K1-ID}"));
        cases.add(attack("HP-12", D, get, "X-API-Key: {K1-CASE}"));
        cases.add(attack("HP-13", D, get, "X-API-Key: {KC}"));
        cases.add(attack("HP-14", D, get, "X-API-Key: {K1-HEX}"));
        cases.add(attack("HP-15", D, get, "X-API-Key: {K1-STORED}"));
        cases.add(attack("HP-16", D, get, "X-API-Key: *"));
        cases.add(attack("HP-17", D, get, "X-API-Key: ' OR '1'='1"));
        cases.add(attack("HP-18", D, get, "X-API-Key: {K1-PERCENT}"));
    }

    private static void several(List<AttackCase> cases) {
        String get = "GET /api/x";
        cases.add(attack("HD-01", D4, get, "X-API-Key: {KF}", "X-API-Key: {K1}"));
        cases.add(attack("HD-02", D4, get, "X-API-Key: {K1}", "X-API-Key: {KF}"));
        cases.add(attack("HD-03", D4, "GET /admin/x", "X-API-Key: {K1}", "x-api-key: {KA}"));
        cases.add(attack("HD-04", D4, get, "X-API-Key: {K1}", "X-API-Key: {K1}"));
        cases.add(attack("HD-05", D4, get, "X-API-Key: {K1}, {K1}"));
        cases.add(attack("HD-06", D4, "GET /admin/x", "Authorization: ApiKey {K1}", "X-API-Key: {KA}"));
        cases.add(attack("HD-07", D4, get, "Authorization: ApiKey {KF}", "X-API-Key: {K1}"));
        cases.add(attack("HD-08", D4, get, "Authorization: ApiKey {K1}", "Authorization: ApiKey {K1}"));
        cases.add(attack("HD-09", D, get + "?api_key={K1}"));
        cases.add(attack("HD-10", OK_OR_D4, get + "?api_key={KF}", "X-API-Key: {K1}"));
        cases.add(attack("HD-14", D, get, "Cookie: X-API-Key={K1}"));
    }

    private static void bytes(List<AttackCase> cases) {
        String get = "GET /api/x";
        cases.add(attack("HE-01", Expect.BAD, get, "X-API-Key : {K1}"));
        cases.add(attack("HE-02", D4, get, "X-API-Key: {K1-A}\r\n {K1-B}"));
        cases.add(attack("HE-03", Expect.BAD, get, "X-API-Key: {K1-A}\0{K1-B}"));
        cases.add(attack("HE-04", Expect.BAD, get, "X-API-Key: {K1}\0"));
        cases.add(attack("HE-05", D, get, "X-API-Key: {K1}\u00a0"));
        cases.add(attack("HE-06", D, get, "X-API-Key: \u00ef\u00bb\u00bf{K1}"));
        cases.add(attack("HE-07", D, get, "X-API-Key: \u009b31m{K1}"));
        cases.add(attack("HE-08", D, get, "X-API-Key: {K1-A}\u00c3\u00a1{K1-B}"));
        cases.add(attack("HE-09", D, get, "X-API-Key: " + "A".repeat(257)));
        cases.add(attack("HE-10", D, get, "X-API-Key: " + "A".repeat(7000)));
        cases.add(attack("HE-12", D, get, "X_API_Key: {K1}"));
        cases.add(attack("HE-13", OK, get, "x-aPi-kEy: {K1}"));
        cases.add(attack(
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
        cases.add(attack("HE-15", NO_SERVER_ERROR, get, many));
    }

    private static void schemes(List<AttackCase> cases) {
        String get = "GET /api/x";
        cases.add(attack("SC-01", OK, get, "Authorization: apikey {K1}"));
        cases.add(attack("SC-01", OK, get, "Authorization: APIKEY {K1}"));
        cases.add(attack("SC-02", OK, get, "Authorization: ApiKey   {K1}"));
        cases.add(attack("SC-03", D4, get, "Authorization: ApiKey\t{K1}"));
        cases.add(attack("SC-04", D4, get, "Authorization: ApiKey{K1}"));
        cases.add(attack("SC-05", D4, get, "Authorization: ApiKey"));
        cases.add(attack("SC-05", D4, get, "Authorization: ApiKey "));
        cases.add(attack("SC-06", D, get, "Authorization: {K1}"));
        cases.add(attack("SC-07", D, get, "Authorization: Basic {K1-BASIC}"));
        cases.add(attack("SC-07", OK, get, "Authorization: Basic {K1-BASIC}", "X-API-Key: {K1}"));
        cases.add(attack("SC-08", D4, get, "Authorization: ApiKey {K1} extra"));
        cases.add(attack("SC-09", D4, get, "Authorization: ApiKey {K1}, Bearer {KF}"));
        cases.add(attack("SC-10", D4, get, "Authorization: ApiKey realm=\"x\", key=\"{K1}\""));
        cases.add(attack("SC-11", D, get, "Authorization: ApiKeys {K1}"));
    }

    private static void paths(List<AttackCase> cases) {
        cases.add(attack("PA-01", D4, "GET /public/../admin/x"));
        cases.add(attack("PA-02", D4, "GET /public/..;/admin/x"));
        cases.add(attack("PA-03", D4, "GET /public;/../admin/x"));
        cases.add(attack("PA-04", D4, "GET /public/%2e%2e/admin/x"));
        cases.add(attack("PA-05", D4, "GET /public/..%2fadmin/x"));
        cases.add(attack("PA-06", D4, "GET /public/%252e%252e/admin/x"));
        cases.add(attack("PA-07", D4, "GET //admin/x"));
        cases.add(attack("PA-08", D4, "GET /;/admin/x"));
        cases.add(attack("PA-09", D4, "GET /admin;x=1/x"));
        cases.add(attack("PA-10", D, "GET /%61dmin/x"));
        cases.add(attack("PA-11", D, "GET /admin/x/"));
        cases.add(attack("PA-11", D, "GET /admin/"));
        cases.add(attack("PA-11", D, "GET /admin"));
        cases.add(attack("PA-12", D4, "GET /admin/x%20"));
        cases.add(attack("PA-13", D4, "GET /admin/x%0a"));
        cases.add(attack("PA-14", D4, "GET /admin/x%00"));
        cases.add(attack("PA-15", D4, "GET /admin\\x"));
        cases.add(attack("PA-15", D4, "GET /admin%5cx"));
        cases.add(attack("PA-16", D, "GET /ADMIN/x"));
        cases.add(attack("PA-17", D, "GET /publicity/x"));
        cases.add(attack("PA-17", D, "GET /public-admin/x"));
        cases.add(attack("PA-17", D, "GET /public.bak"));
        cases.add(attack("PA-18", D, "GET /admin/x?y=/public/"));
        cases.add(attack("PA-18", D, "GET /admin/x?/public"));
        cases.add(attack("PA-19", D, "GET /admin/x.css"));
        cases.add(attack("PA-19", D, "GET /admin/x/a.js"));
        cases.add(attack("PA-20", D4, "GET /admin/x%3b.css"));
        cases.add(attack("PA-21", D4, "GET !http://evil{ctx}/public/../admin/x"));
        cases.add(attack("PA-22", D4, "GET /admin/x", "Host: evil/public?"));
        cases.add(attack("PA-23", D, "GET /admin/x", "X-Original-URL: /public/x", "X-Rewrite-URL: /public/x"));
        cases.add(attack("PA-24", D, "GET /admin/x", "X-Forwarded-Prefix: /public", "X-Forwarded-Host: h/public/"));
        cases.add(attack("PA-25", D, "GET /admin/x", "User-Agent: kube-probe/1.29"));
        cases.add(attack("PA-25", D, "GET /admin/x", "Referer: http://h/public/", "X-Forwarded-For: 127.0.0.1"));
        cases.add(attack("PA-26", D, "GET /nosuch"));
        cases.add(attack("PA-27", OK, "GET /public/x", "X-API-Key: {KR}"));
        cases.add(attack("PA-27", OK, "GET /public/x", "X-API-Key: {KF}"));
    }

    private static void methods(List<AttackCase> cases) {
        cases.add(attack("ME-01", D, "HEAD /admin/x"));
        cases.add(attack("ME-02", D4, "get /admin/x"));
        cases.add(attack("ME-03", CLIENT_ERROR, "FOO /admin/x"));
        cases.add(attack("ME-05", D, "OPTIONS /api/x"));
        cases.add(attack("ME-06", D, "POST /api/x", "X-HTTP-Method-Override: GET", "Content-Length: 0"));
        cases.add(attack("ME-09", ANY_REFUSAL, "OPTIONS !*"));
    }

    private static void answers(List<AttackCase> cases) {
        for (String accept : List.of("text/html", "*/*", "image/png")) {
            cases.add(attack("RE-06", D, "GET /api/x", "Accept: " + accept));
        }
        cases.add(attack("RE-07", F, "GET /admin/x", "X-API-Key: {K1}"));
        cases.add(attack("RE-08", D, "GET /api/x", "If-None-Match: \"e\""));
        cases.add(attack("RE-09", D, "GET /api/x", "Range: bytes=0-0"));
        cases.add(attack("AU-01", F, "POST /admin/keys", "X-API-Key: {K1}", "Content-Length: 0"));
        cases.add(attack("AU-01", F, "DELETE /admin/keys/1", "X-API-Key: {K1}"));
        cases.add(attack("AU-02", F, "GET /admin/x", "X-API-Key: {KL}"));
        cases.add(attack("AU-03", OK, "GET /api/x", "X-API-Key: {K0}"));
        cases.add(attack("AU-03", F, "GET /admin/x", "X-API-Key: {K0}"));
        cases.add(attack("AU-10", D, "POST /admin/keys", "Content-Length: 0"));
        for (String key : List.of("KX", "KR", "KN", "KF", "KC")) {
            cases.add(attack("RE-03", D, "GET /api/x", "X-API-Key: {" + key + "}"));
            cases.add(attack("RE-03", D, "GET /api/x", "Authorization: Bearer {" + key + "}"));
        }
        cases.add(attack("LI-05", OK, "GET /api/x", "X-API-Key: {KO}"));
        cases.add(attack("DI-09", D, "GET /err"));
        cases.add(attack("LE-06", D, "GET /api/x?api_key={K1}"));
        cases.add(attack("LE-07", D4, "GET /api/x%0aINFO%20forged"));
    }

    /** Last, because Jetty 12.1 may answer the next request of another connection with 400 (once in some 10 000 tries). */
    private static void overLong(List<AttackCase> cases) {
        cases.add(attack("HE-11", CLIENT_ERROR, "GET /api/x", "X-API-Key: " + "A".repeat(16384)));
    }
}
