package io.keyward.admin;

/** Answers the calls of a key about itself. */
final class OwnKeyCalls {
    private final KeyCalls keys;

    OwnKeyCalls(KeyCalls keys) {
        this.keys = keys;
    }

    Answer show(Call call) {
        return keys.show(own(call));
    }

    Answer rotate(Call call) {
        return keys.rotate(own(call));
    }

    Answer revoke(Call call) {
        return keys.revoke(own(call));
    }

    private static Call own(Call call) {
        return call.about(call.caller().id());
    }
}
