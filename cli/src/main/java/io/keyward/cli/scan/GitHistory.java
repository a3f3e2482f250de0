package io.keyward.cli.scan;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads every change in the history of a Git repository, as {@code git log -p} prints it. For one thread. */
record GitHistory(Process git) implements AutoCloseable {
    /**
     * With these options no configuration of the repository or the user can start a program, and paths are printed
     * unquoted.
     */
    private static final String OPTIONS = "-c core.fsmonitor=false -c core.quotePath=false --no-pager log -p -m --all"
            + " --reflog --text --no-color --no-ext-diff --no-textconv --src-prefix=a/ --dst-prefix=b/";

    /**
     * Starts reading.
     *
     * @throws IOException if there is no Git; its message is for a person
     */
    static GitHistory of(Path directory) throws IOException {
        List<String> command = new ArrayList<>(List.of("git", "-C", directory.toString()));
        command.addAll(List.of(OPTIONS.split(" ")));
        try {
            Process git =
                    new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
            git.getOutputStream().close();
            return new GitHistory(git);
        } catch (IOException noGit) {
            throw new IOException("git cannot be started; install it, or leave out --git", noGit);
        }
    }

    InputStream dump() {
        return git.getInputStream();
    }

    /**
     * Waits for the end.
     *
     * @throws IOException if Git did not print everything; its message is for a person
     */
    void requireWhole() throws IOException {
        try {
            if (git.waitFor() != 0) {
                throw new IOException("git log failed; is this a Git repository, and is it yours?");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        git.destroy();
    }
}
