package io.keyward.role;

/** Shows a refused name in an error message: shortened, and with everything except printable ASCII replaced. */
final class Quoted {
    private static final int MAX_SHOWN = 40;

    private Quoted() {}

    static String of(String text) {
        String shown = text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
        return shown.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
