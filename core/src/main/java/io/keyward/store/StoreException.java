package io.keyward.store;

/**
 * Thrown when a store fails: it could not be reached, read or written, or its answer was lost.
 *
 * <p>This says nothing about any key. After a failed change the record is in its old state or in its new one, never
 * between them; {@link ApiKeyStore#find} shows which.
 */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what failed, where, and the remedy; without any hash
     * @param cause the exception of the file system or the driver
     */
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Creates the exception without a cause.
     *
     * @param message what failed, where, and the remedy; without any hash
     */
    public StoreException(String message) {
        super(message);
    }
}
