package io.keyward.cli.operator;

import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyRing;
import io.keyward.LiveKeyRing;
import io.keyward.cli.operator.ChangeTable.Change;
import io.keyward.cli.operator.PeopleFile.Person;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.FileOptions;
import io.keyward.cli.terminal.KeyInput;
import io.keyward.cli.terminal.PrefixOption;
import io.keyward.cli.terminal.Terminal;
import io.keyward.env.Failures;
import io.keyward.role.Permission;
import io.keyward.role.Role;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ChangeRefusedException;
import io.keyward.store.InMemoryApiKeyStore;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "issue",
        description = {
            "Makes a key, stores its hash in the key file, and shows the key once.",
            "",
            "The hash is on the disk before the key is shown, and is removed if the key cannot be shown. A missing"
                    + " key file is created, readable by its owner only. The hash is made with the pepper of the"
                    + " service, if the file or KEYWARD_PEPPERS_<ID> has one.",
            "",
            "With --count or --from it makes several keys. Each is stored and shown before the next; what was done"
                    + " is printed on standard error. Every line of the CSV file is checked before the first key is"
                    + " stored. Its header names the columns: owner, name, roles, permissions, expires,"
                    + " not-before. An option gives the value of an empty cell; blanks separate"
                    + " several roles."
        },
        exitCodeList = {
            "0:the key is stored and was shown, or every one is",
            "1:a value is refused; nothing was stored, or the message says which keys were not",
            "3:a file or standard output cannot be written; nothing is stored, or the message says what"
        },
        footer = {
            "  keyward issue --role client --owner alice",
            "  keyward issue --role client --owner ci --name nightly --expires 90d --file /etc/app/.env",
            "  keyward issue --role client --owner ci --count 5 > keys.csv",
            "  keyward issue --role client --from people.csv --dry-run",
            "  keyward issue --role client --from people.csv --output kubernetes | kubectl apply -f -",
            "  keyward issue --role client --owner alice --output bitwarden | bw encode | bw create item",
            "  keyward issue --role client --owner alice --output 1password | op item create -",
            "  keyward issue --role client --owner ci --output kubernetes | kubectl apply -f -"
        })
final class IssueCommand implements Callable<Integer> {
    /** A larger number is more likely a mistake. */
    private static final int MAX_COUNT = 10_000;

    private static final int MAX_BYTES = 8 << 20;

    private final Terminal terminal;

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    @Mixin
    private KeyOutput output = new KeyOutput();

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "A role of the key; may be given several times. Required, unless the CSV file names roles.")
    private List<String> roles = List.of();

    @Option(
            names = "--owner",
            paramLabel = "WHO",
            description = "The owner of the key. Required, unless the CSV file names owners.")
    private String owner = "";

    @Option(names = "--name", paramLabel = "NAME", description = "What the key is for.")
    private @Nullable String name;

    @Option(
            names = "--permission",
            paramLabel = "PERMISSION",
            description = "A permission beyond those of the roles, like jobs:submit; may be given several times.")
    private List<String> permissions = List.of();

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            converter = KeyEnd.Converter.class,
            defaultValue = "365d",
            description = "When the key ends: a span like 90d, an instant like 2027-01-01T00:00:00Z, or never. Default:"
                    + " ${DEFAULT-VALUE}.")
    private KeyEnd end = new KeyEnd(IssueRequest.DEFAULT_LIFETIME, null);

    @Option(names = "--not-before", paramLabel = "INSTANT", description = "When the key begins. Default: now.")
    private @Nullable Instant notBefore;

    @Mixin
    private PrefixOption prefix = new PrefixOption();

    @Option(names = "--count", paramLabel = "N", description = "How many keys to issue. Default: 1.")
    private @Nullable Integer count;

    @Option(
            names = "--from",
            paramLabel = "CSV",
            description = "A file with one line for each key; - for standard input.")
    private @Nullable Path people;

    @Option(names = "--dry-run", description = "Check what --from or --count would issue, print it, and store nothing.")
    private boolean dryRun;

    IssueCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (people != null || count != null || dryRun) {
            return issueSeveral();
        }
        IssueRequest request = requestByOptions();
        OpenKeys keys = options.orNew(terminal);
        boolean noneDeclared = keys.declaredRoles().isEmpty();
        ApiKeyManager manager = keys.issuer(prefix.format(), roles, options.actor(terminal), terminal);
        IssuedKey issued = terminal.uninterrupted(() -> {
            IssuedKey stored = manager.issue(request);
            output.show(stored, terminal, () -> keys.takeBack(stored.record(), options.actor(terminal)));
            return stored;
        });
        terminal.note("issued key " + issued.id() + " for " + owner + ", roles " + new TreeSet<>(roles) + ", "
                + RecordText.endOf(issued.record()) + ", stored in " + keys.name()
                + (keys.isNew() ? ", which is new" : "")
                + "; it is not shown again");
        noteWhatIsMissing(noneDeclared, keys, new TreeSet<>(roles));
        return ExitCode.OK;
    }

    /** Stores and shows one key after the other. If one is refused, the next is tried. */
    private Integer issueSeveral() {
        KeyOutput.Series shown = output.series(terminal);
        PeopleFile list = people == null ? null : new PeopleFile(people.toString(), bytesOf(people));
        OpenKeys keys = options.orNew(terminal);
        List<WantedKey> wanted = list == null ? copies() : named(list, keys.resolvesReferences());
        boolean noneDeclared = keys.declaredRoles().isEmpty();
        TreeSet<String> requested = new TreeSet<>();
        wanted.forEach(key -> requested.addAll(key.roles()));
        ApiKeyManager manager = keys.issuer(prefix.format(), requested, options.actor(terminal), terminal);
        ApiKeyManager rehearsal = rehearsal(keys, requested);
        List<Change> changes = new ArrayList<>();
        wanted.forEach(key -> rehearse(key, list, rehearsal)
                .ifPresent(record -> changes.add(change(key, record, manager, keys, shown))));
        if (list != null) {
            list.requireGood();
        }
        ChangeTable table = new ChangeTable(terminal);
        if (dryRun) {
            changes.forEach(change -> table.plan(change, "would be issued"));
            terminal.note("would issue " + ConfirmationOptions.keys(table.fine()) + " in " + keys.name()
                    + "; nothing was stored");
            terminal.show(output.isJson() ? table.json() : table.text());
            return table.exitCode();
        }
        table.makeShowingKeys(changes);
        if (table.exitCode() <= ExitCode.REFUSED) {
            shown.end();
        }
        terminal.note("issue: " + ConfirmationOptions.keys(table.fine()) + " stored in " + keys.name()
                + (keys.isNew() ? ", which is new" : "") + ", and not shown again"
                + (table.failed() == 0 ? "" : "; " + table.failed() + " could not be issued") + "\n"
                + table.text().stripTrailing());
        noteWhatIsMissing(noneDeclared, keys, requested);
        return table.exitCode();
    }

    private Change change(
            WantedKey key, ApiKeyRecord rehearsed, ApiKeyManager manager, OpenKeys keys, KeyOutput.Series shown) {
        return new Change(key.place(), rehearsed, null, () -> {
            IssuedKey stored = manager.issue(key.request());
            shown.show(stored, () -> keys.takeBack(stored.record(), options.actor(terminal)));
            return stored.record();
        });
    }

    /** Prints what stops a service from accepting the keys. */
    private void noteWhatIsMissing(boolean noneDeclared, OpenKeys keys, Set<String> requested) {
        if (noneDeclared) {
            terminal.note("no role is declared " + keys.placesOfRoles() + ": the service must declare " + requested
                    + " in its code");
        }
        keys.noteProblems(terminal);
    }

    /**
     * One of several keys.
     *
     * @param place where it is asked for
     * @param line the line of the CSV file; 0 without one
     */
    private record WantedKey(String place, int line, IssueRequest request, Set<String> roles) {}

    private List<WantedKey> copies() {
        int copies = count == null ? 1 : count;
        if (copies < 1 || copies > MAX_COUNT) {
            throw CommandFailure.usage("--count must be 1 to " + MAX_COUNT);
        }
        IssueRequest request = requestByOptions();
        return IntStream.rangeClosed(1, copies)
                .mapToObj(number -> new WantedKey("key " + number, 0, request, Set.copyOf(roles)))
                .toList();
    }

    private List<WantedKey> named(PeopleFile list, boolean resolvesReferences) {
        if (count != null) {
            throw CommandFailure.usage("--from has a line for each key; leave out --count");
        }
        List<WantedKey> wanted = new ArrayList<>();
        for (Person person : list.people()) {
            try {
                wanted.add(wantedBy(person, list.place(person.line()), resolvesReferences));
            } catch (IllegalArgumentException refused) {
                list.refuse(person.line(), String.valueOf(refused.getMessage()));
            }
        }
        return wanted;
    }

    private WantedKey wantedBy(Person person, String place, boolean resolvesReferences) {
        String whose = person.cell("owner", owner);
        List<String> itsRoles = person.words("roles", roles);
        if (whose.isEmpty() || itsRoles.isEmpty()) {
            throw new IllegalArgumentException(
                    "the " + (whose.isEmpty() ? "owner" : "role") + " is missing, and no option names one");
        }
        itsRoles.forEach(Role::of);
        String itsEnd = person.cell("expires", "");
        String itsBeginning = person.cell("not-before", "");
        String itsName = person.cell("name", "");
        if (resolvesReferences && (whose + itsName).contains("${")) {
            throw new IllegalArgumentException("owner and name must not have ${ in them, which a key file resolves");
        }
        IssueRequest request = request(
                whose,
                itsName.isEmpty() ? name : itsName,
                itsRoles,
                person.words("permissions", permissions),
                itsEnd.isEmpty() ? end : read("expires", itsEnd, new KeyEnd.Converter()::convert),
                itsBeginning.isEmpty() ? notBefore : read("not-before", itsBeginning, Arguments::instant));
        return new WantedKey(place, person.line(), request, Set.copyOf(itsRoles));
    }

    private static <T> T read(String column, String cell, Function<String, T> reader) {
        try {
            return reader.apply(cell);
        } catch (TypeConversionException refused) {
            throw new IllegalArgumentException(column + " " + refused.getMessage(), refused);
        }
    }

    /** Returns a manager that knows the same roles as that of the keys, and keeps nothing. */
    private ApiKeyManager rehearsal(OpenKeys keys, Set<String> requested) {
        KeyRing ring = KeyRing.builder()
                .roles(FileOptions.model(keys.rolesFor(requested)))
                .build();
        return ApiKeyManager.builder(
                        InMemoryApiKeyStore.create(), LiveKeyRing.of(ring), ApiKeyGenerator.of(prefix.format()))
                .build();
    }

    /** Issues a key into a store that is thrown away, to find a refused value before the first key is stored. */
    private static Optional<ApiKeyRecord> rehearse(WantedKey key, @Nullable PeopleFile list, ApiKeyManager nowhere) {
        try {
            return Optional.of(nowhere.issue(key.request()).record());
        } catch (ChangeRefusedException refused) {
            if (list == null) {
                throw refused;
            }
            list.refuse(key.line(), String.valueOf(refused.getMessage()).replaceFirst("^new key: ", ""));
            return Optional.empty();
        }
    }

    private byte[] bytesOf(Path csv) {
        try {
            return csv.toString().equals("-") ? terminal.in().readNBytes(MAX_BYTES) : KeyInput.bytes(csv);
        } catch (IOException e) {
            throw CommandFailure.file(csv + ": cannot be read: " + Failures.describe(e), e);
        }
    }

    private IssueRequest requestByOptions() {
        if (owner.isEmpty() || roles.isEmpty()) {
            throw CommandFailure.usage((owner.isEmpty() ? "--owner" : "--role")
                    + " is missing; `keyward issue --help` explains it, and how a CSV file names it for many keys");
        }
        return request(owner, name, roles, permissions, end, notBefore);
    }

    private IssueRequest request(
            String whose,
            @Nullable String what,
            List<String> itsRoles,
            List<String> itsPermissions,
            KeyEnd ends,
            @Nullable Instant begins) {
        IssueRequest.Builder request = IssueRequest.builder()
                .owner(whose)
                .name(what)
                .roles(itsRoles)
                .permissions(itsPermissions.stream().map(Permission::of).toList())
                .notBefore(begins)
                .metadata(prefix.note());
        Duration span = ends.span();
        return (span != null ? request.expiresIn(span) : request.expiresAt(ends.instant())).build();
    }
}
