package org.memlora.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import org.memlora.models.bases.BaseUnavailableException;
import org.memlora.models.weights.ModelFileException;
import org.memlora.topology.client.ConnectionException;
import org.memlora.topology.demo.DialogueFileException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** The root command. Exit codes: 0 done, 1 failed, 2 wrong input. */
@Command(name = "memlora", description = "Long-term memory for assistants, on small models and Kafka Streams.",
        mixinStandardHelpOptions = true, version = "memlora 0.1.0", synopsisSubcommandLabel = "COMMAND",
        subcommands = {DemoCommand.class, ServeCommand.class, BrokerCommand.class, SendCommand.class, AskCommand.class,
            MemoriesCommand.class, ForgetCommand.class, DeadLettersCommand.class, EvaluateCommand.class, BenchCommand.class,
            RecordTeacherCommand.class, DistillCommand.class, SearchCommand.class, RenderScenesCommand.class})
public final class Memlora implements Runnable {

    private static final int FAILED = 1;
    private static final int WRONG_INPUT = 2;
    private static final int HELP_WIDTH = 110;

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show stack traces and more of the log.")
    private boolean verbose;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    public static void main(String[] arguments) {
        logLevels(arguments);
        EndSignals.install();
        int code = run(arguments);
        EndSignals.awaitCalls();
        System.exit(code);
    }

    /** The exit code. */
    public static int run(String... arguments) {
        CommandLine line = new CommandLine(new Memlora());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpWidth(HELP_WIDTH);
        line.registerConverter(Instant.class, Memlora::instant);
        line.registerConverter(Duration.class, Memlora::duration);
        line.setParameterExceptionHandler(Memlora::wrongInput);
        line.setExecutionExceptionHandler(Memlora::failed);
        return line.execute(arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Give a command: " + String.join(", ", spec.subcommands().keySet()) + ".");
    }

    /** Before the first logger exists. */
    private static void logLevels(String[] arguments) {
        boolean verbose = Arrays.asList(arguments).contains("--verbose");
        if (verbose || Arrays.asList(arguments).contains("serve")) {
            System.setProperty("org.slf4j.simpleLogger.log.org.memlora", verbose ? "debug" : "info");
        }
        if (verbose) {
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
            System.setProperty("org.slf4j.simpleLogger.showThreadName", "true");
        }
    }

    private static int wrongInput(ParameterException e, String[] arguments) {
        PrintWriter err = e.getCommandLine().getErr();
        err.println("memlora: " + e.getMessage());
        if (Arrays.asList(arguments).contains("--verbose")) {
            e.printStackTrace(err);
        }
        err.println("Try \"" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help\".");
        return WRONG_INPUT;
    }

    private static int failed(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
        line.getErr().println("memlora: " + sentence(e));
        if (parsed.originalArgs().contains("--verbose")) {
            e.printStackTrace(line.getErr());
        }
        return e instanceof UserError || e instanceof DialogueFileException ? WRONG_INPUT : FAILED;
    }

    private static String sentence(Exception e) {
        boolean ours = e instanceof UserError || e instanceof DialogueFileException || e instanceof ConnectionException
                || e instanceof BaseUnavailableException || e instanceof ModelFileException;
        if (ours || e.getMessage() != null && e.getMessage().endsWith(".")) {
            return e.getMessage();
        }
        return (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()) + " (--verbose shows where).";
    }

    private static Instant instant(String text) {
        try {
            return text.length() == "2025-03-01".length() ? Instant.parse(text + "T00:00:00Z") : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new CommandLine.TypeConversionException("\"" + text + "\" is no time: expected 2025-03-01 or 2025-03-01T10:00:00Z");
        }
    }

    private static Duration duration(String text) {
        if (!text.matches("[1-9]\\d{0,5}s?")) {
            throw new CommandLine.TypeConversionException("\"" + text + "\" is no number of seconds");
        }
        return Duration.ofSeconds(Long.parseLong(text.replace("s", "")));
    }
}
