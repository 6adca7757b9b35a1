package dev.heed.cli;

import dev.heed.attention.AttentionException;
import dev.heed.attention.CacheChoice;
import dev.heed.generate.Generation;
import dev.heed.generate.Generation.Finish;
import dev.heed.generate.GenerationException;
import dev.heed.generate.GenerationSettings;
import dev.heed.generate.Generator;
import dev.heed.generate.Sampling;
import dev.heed.kernel.Workers;
import dev.heed.model.LanguageModel;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `heed generate`: continues a text.
@Command(
    name = "generate",
    description = {
      "Continues a text.",
      "Prints the prompt as it was typed and the continuation; the speed goes to standard error."
    },
    showDefaultValues = true)
final class GenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "PROMPT",
      arity = "0..1",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "The text to continue; standard input, less one trailing newline, without it.")
  private @Nullable String prompt;

  @Mixin private ModelOption model;

  @Option(names = "--max-tokens", paramLabel = "N", description = "The most new tokens.")
  private int maxTokens = 256;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Divides the logits; 0 always takes the most probable token.")
  private double temperature = 0.8;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Draws from the K most probable; 0 for all.")
  private int topK = 40;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Draws from the smallest set with this probability; 1 for all.")
  private double topP = 0.95;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Draws from what has this share of the largest probability; 0 for all.")
  private double minP = 0.05;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "R",
      description = "Makes tokens that were there less probable; 1 for no penalty.")
  private double repetitionPenalty = 1;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Of the draw; the same gives the same text.")
  private long seed = 0;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description =
          "Ends where this text appears, which is not printed; may be given several times.")
  private List<String> stops = new ArrayList<>();

  @Option(
      names = "--context",
      paramLabel = "N",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "The most positions, prompt included (default: the model's own).")
  private @Nullable Integer context;

  @Option(
      names = "--cache",
      paramLabel = "KIND",
      description =
          "How keys and values are kept: fitting, paged(POSITIONS) or ring(WINDOW,SINKS), and int8 after it for 8 bits.")
  private String cache = "fitting";

  @Mixin private ThreadsOption threads;

  @Override
  public Integer call() throws IOException {
    GenerationSettings settings = settings();
    String text = prompt == null ? standardInput() : prompt;
    PrintWriter out = spec.commandLine().getOut();
    try (LanguageModel opened = model.open();
        Workers workers = threads.workers()) {
      Generator generator = Generator.of(opened, workers);
      generator.check(text, settings);
      out.print(text);
      out.flush();
      Generation generation =
          generator.generate(
              text,
              settings,
              piece -> {
                out.print(piece);
                out.flush();
              });
      out.println();
      out.flush();
      report(generation);
    }
    return ExitCode.DONE;
  }

  private GenerationSettings settings() {
    try {
      Sampling sampling = new Sampling(repetitionPenalty, temperature, topK, topP, minP, seed);
      OptionalInt positions = context == null ? OptionalInt.empty() : OptionalInt.of(context);
      return new GenerationSettings(
          maxTokens, sampling, stops, positions, CacheChoice.parse(cache));
    } catch (GenerationException | AttentionException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private String standardInput() throws IOException {
    if (Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent()) {
      spec.commandLine()
          .getErr()
          .println("heed: reads the prompt from the terminal; Ctrl-D ends it");
      spec.commandLine().getErr().flush();
    }
    return StandardInput.text(System.in);
  }

  private void report(Generation generation) {
    PrintWriter err = spec.commandLine().getErr();
    if (generation.finish() == Finish.CONTEXT_FULL) {
      err.printf(
          "heed: all %d positions of the context are taken, so the text ends after %d of %d tokens; its last part as a prompt goes on%n",
          generation.promptTokens() + generation.tokens().size() - 1,
          generation.tokens().size(),
          maxTokens);
    }
    if (generation.tokens().isEmpty()) {
      err.printf("prompt %d tokens; generated 0 tokens%n", generation.promptTokens());
      err.flush();
      return;
    }
    err.printf(
        Locale.ROOT,
        "prompt %d tokens, %.1f tokens/s; generated %d tokens, %.1f tokens/s; first token after %.0f ms%n",
        generation.promptTokens(),
        generation.promptSpeed(),
        generation.tokens().size(),
        generation.generationSpeed(),
        generation.times().firstToken().toNanos() * 1e-6);
    err.flush();
  }
}
