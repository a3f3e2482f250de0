package io.keyward.store;

/**
 * Says that a store failed: it could not be reached, read or written, or its answer was lost.
 *
 * <p>No verdict about any key. After a failed change the record is in its old state or in its new one, never between
 * them; {@link ApiKeyStore#find} tells which.
 */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what failed, where, and the remedy; without any hash
     * @param cause what the file system or the driver threw
     */
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Creates the exception where nothing else was thrown.
     *
     * @param message what failed, where, and the remedy; without any hash
     */
    public StoreException(String message) {
        super(message);
    }
}
