package io.keyward.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Writes the completion scripts of the shells, with the ids of the key file where a command takes one. */
final class CompletionScript {
    /** Prints the ids of a key file, one on each line. */
    private static final String IDS = "keyward complete-ids";

    private final CommandLine keyward;

    CompletionScript(CommandLine keyward) {
        this.keyward = keyward;
    }

    /** Names the commands whose parameter is the id of a key. */
    private Set<String> commandsWithId() {
        Map<String, CommandLine> commands = new TreeMap<>(keyward.getSubcommands());
        commands.values().removeIf(command -> !takesId(command));
        return commands.keySet();
    }

    private static boolean takesId(CommandLine command) {
        return command.getCommandSpec().positionalParameters().stream()
                .anyMatch(parameter -> parameter.paramLabel().equals("ID"));
    }

    String bash() {
        return AutoComplete.bash("keyward", keyward) + """

                # Ids of the key file, where a command takes one.
                _keyward_with_ids() {
                  _complete_keyward "$@"
                  local word="${COMP_WORDS[COMP_CWORD]}" i file=()
                  case "${COMP_WORDS[1]}" in
                    %s) ;;
                    *) return ;;
                  esac
                  if [[ "$word" == -* || ${#COMPREPLY[@]} -gt 0 ]]; then return; fi
                  for ((i = 2; i < COMP_CWORD; i++)); do
                    case "${COMP_WORDS[i]}" in -f | --file) file=(--file "${COMP_WORDS[i + 1]}") ;; esac
                  done
                  COMPREPLY=($(compgen -W "$(%s "${file[@]}" 2>/dev/null)" -- "$word"))
                }
                complete -F _keyward_with_ids -o default keyward
                """.formatted(String.join(" | ", commandsWithId()), IDS);
    }

    String zsh() {
        StringBuilder script = new StringBuilder("#compdef keyward\n\n");
        writeZsh(keyward, "_keyward", script);
        return script.append("""
                _keyward_ids() {
                  local -a ids
                  ids=(${(f)"$(%s 2>/dev/null)"})
                  compadd -a ids
                }

                if [ "$funcstack[1]" = _keyward ]; then
                  _keyward "$@"
                else
                  compdef _keyward keyward
                fi
                """.formatted(IDS)).toString();
    }

    private static void writeZsh(CommandLine command, String function, StringBuilder script) {
        List<CommandLine> children = visible(command);
        children.forEach(child -> writeZsh(child, function + "_" + nameOf(child), script));
        script.append(function).append("() {\n  local context state line\n  typeset -A opt_args\n  _arguments -C");
        command.getCommandSpec()
                .options()
                .forEach(option -> script.append(" \\\n    ").append(zshOption(option)));
        if (children.isEmpty()) {
            script.append(" \\\n    '*:").append(takesId(command) ? "id:_keyward_ids'\n}\n\n" : "file:_files'\n}\n\n");
            return;
        }
        script.append(" \\\n    '1: :->command' '*:: :->rest'\n  case $state in\n    command)\n")
                .append("      local -a commands\n      commands=(\n");
        children.forEach(
                child -> script.append("        '%s:%s'\n".formatted(nameOf(child), zshText(summaryOf(child)))));
        script.append("      )\n      _describe command commands ;;\n    rest)\n      case $line[1] in\n");
        children.forEach(
                child -> script.append("        %s) %s_%s ;;\n".formatted(nameOf(child), function, nameOf(child))));
        script.append("      esac ;;\n  esac\n}\n\n");
    }

    private static String zshOption(OptionSpec option) {
        String text =
                zshText(summaryOf(option.description())).replace("[", "\\[").replace("]", "\\]");
        boolean hasValue = option.arity().max() > 0;
        String values = candidatesOf(option);
        String action = !hasValue
                ? ""
                : ":" + option.paramLabel().toLowerCase(Locale.ROOT) + ":"
                        + (values.isEmpty() ? "_files" : "(" + values + ")");
        return java.util.Arrays.stream(option.names())
                .map(name -> "'*" + name + (hasValue ? name.startsWith("--") ? "=" : "+" : "") + "[" + text + "]"
                        + action + "'")
                .collect(Collectors.joining(" \\\n    "));
    }

    private static String zshText(String text) {
        return text.replace("\\", "\\\\").replace("'", "'\\''").replace(":", "\\:");
    }

    String fish() {
        StringBuilder script = new StringBuilder("complete -c keyward -f\n");
        visible(keyward).forEach(command -> {
            String name = nameOf(command);
            line(script, "__fish_use_subcommand", "-a " + name, summaryOf(command));
            String within = "__fish_seen_subcommand_from " + name;
            visible(command).forEach(child -> {
                line(script, within, "-a " + nameOf(child), summaryOf(child));
                String deeper = within + "; and __fish_seen_subcommand_from " + nameOf(child);
                child.getCommandSpec().options().forEach(option -> fishOption(script, deeper, option));
            });
            command.getCommandSpec().options().forEach(option -> fishOption(script, within, option));
            if (takesId(command)) {
                line(script, within, "-a '(" + IDS + " 2>/dev/null)'", "key id");
            }
        });
        return script.toString();
    }

    private static void fishOption(StringBuilder script, String condition, OptionSpec option) {
        StringBuilder names = new StringBuilder();
        for (String name : option.names()) {
            names.append(name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1))
                    .append(' ');
        }
        String values = candidatesOf(option);
        if (option.arity().max() > 0) {
            names.append(values.isEmpty() ? "-r -F" : "-x -a '" + values + "'");
        }
        line(script, condition, names.toString().strip(), summaryOf(option.description()));
    }

    private static void line(StringBuilder script, String condition, String what, String description) {
        String quoted = description.replace("\\", "\\\\").replace("'", "\\'");
        script.append("complete -c keyward -n '%s' %s -d '%s'\n".formatted(condition, what, quoted));
    }

    private static List<CommandLine> visible(CommandLine command) {
        return command.getSubcommands().values().stream()
                .filter(child -> !child.getCommandSpec().usageMessage().hidden())
                .toList();
    }

    private static String nameOf(CommandLine command) {
        return command.getCommandSpec().name();
    }

    private static String candidatesOf(OptionSpec option) {
        return option.completionCandidates() == null
                ? ""
                : StreamSupport.stream(option.completionCandidates().spliterator(), false)
                        .collect(Collectors.joining(" "));
    }

    private static String summaryOf(CommandLine command) {
        return summaryOf(command.getCommandSpec().usageMessage().description());
    }

    /** Returns the first sentence of a description, on one line. */
    private static String summaryOf(String[] description) {
        return description.length == 0
                ? ""
                : description[0]
                        .replaceFirst("(?s)[.;:] .*", "")
                        .replaceFirst("\\.$", "")
                        .replace('`', '"')
                        .replaceAll("%n|\\R", " ");
    }
}
