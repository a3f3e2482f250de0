package io.keyward.servlet;

/** Writes RFC 9457 JSON. */
final class ProblemJson {
    private ProblemJson() {}

    static ProblemWriter.Body write(Problem problem) {
        StringBuilder json = new StringBuilder(160)
                .append("{\"type\":")
                .append(string(problem.type()))
                .append(",\"title\":")
                .append(string(problem.title()))
                .append(",\"status\":")
                .append(problem.status())
                .append(",\"code\":")
                .append(string(problem.code()));
        String detail = problem.detail();
        if (detail != null) {
            json.append(",\"detail\":").append(string(detail));
        }
        return new ProblemWriter.Body(
                "application/problem+json", json.append("}\n").toString());
    }

    private static String string(String text) {
        return '"' + LogText.quoted(text, text.length()) + '"';
    }
}
