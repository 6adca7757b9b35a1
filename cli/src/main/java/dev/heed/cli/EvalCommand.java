package dev.heed.cli;

import dev.heed.checkpoint.Json;
import dev.heed.data.Corpus;
import dev.heed.data.Split;
import dev.heed.data.TokenData;
import dev.heed.data.TokenFile;
import dev.heed.evaluate.Evaluator;
import dev.heed.evaluate.Losses;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.lens.TextWindows;
import dev.heed.model.LanguageModel;
import dev.heed.tensor.CounterRandom;
import dev.heed.text.SpecialTokens;
import dev.heed.text.Tokenizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `heed eval`: how well a model foresees a text.
@Command(
    name = "eval",
    description = {
      "Measures how well a model foresees a text.",
      "The text is read in consecutive windows of the model's context that do not overlap, and every",
      "token is foreseen once, from what stands before it in its window. Prints the loss, the",
      "perplexity and bits a byte, each with the interval in which 95 of 100 texts like this one lie."
    },
    showDefaultValues = true)
final class EvalCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      description = "A text file, a folder of them, or a file of tokens.")
  private Path data;

  @Option(
      names = "--split",
      paramLabel = "PART",
      description =
          "Which part: train (the first nine tenths of the characters), validation (the rest) or all.")
  private Split split = Split.VALIDATION;

  @Option(
      names = "--context",
      paramLabel = "N",
      showDefaultValue = Visibility.NEVER,
      description = "Tokens a window reads (default: the model's own context).")
  private @Nullable Integer context;

  @Option(names = "--seed", paramLabel = "S", description = "Of the bootstrap of the interval.")
  private long seed = 0;

  @Option(names = "--json", description = "Prints one JSON object on one line.")
  private boolean json;

  @Mixin private ThreadsOption threads;

  /// What a split consists of; how many bytes of text its targets stand for, where that is known.
  private record Part(TokenData tokens, OptionalLong bytes) {}

  @Override
  public Integer call() {
    if (context != null && context < 1) {
      throw new ParameterException(
          spec.commandLine(), "--context is %d, should be at least 1".formatted(context));
    }
    try (LanguageModel opened = model.open();
        Workers workers = threads.workers()) {
      int reads = context == null ? opened.decoder().context() : context;
      OptionalInt beginning = TextWindows.beginning(opened.tokenizer());
      Evaluator evaluator = new Evaluator(opened.decoder(), reads, beginning);
      Run run = Run.inference(Kernels.best(), workers);
      if (TokenFile.isOne(data)) {
        try (TokenFile file = TokenFile.open(data)) {
          measure(evaluator, new Part(split.of(file), OptionalLong.empty()), run);
        }
      } else {
        measure(evaluator, text(opened.tokenizer(), beginning), run);
      }
    }
    return ExitCode.DONE;
  }

  private Part text(Tokenizer tokenizer, OptionalInt beginning) {
    Corpus corpus = Corpus.read(data).split(split);
    TokenData tokens = TokenData.encode(corpus, tokenizer);
    long unseen = 0;
    if (beginning.isEmpty() && tokens.size() > 0) {
      String first = tokenizer.decode(tokens.read(0, 1), SpecialTokens.WITHOUT);
      unseen = Corpus.of(first).bytes();
    }
    return new Part(tokens, OptionalLong.of(corpus.bytes() - unseen));
  }

  private void measure(Evaluator evaluator, Part part, Run run) {
    long start = System.nanoTime();
    Losses losses = evaluator.evaluate(part.tokens, run);
    double seconds = (System.nanoTime() - start) * 1e-9;
    Optional<Losses.Interval> interval = losses.interval(CounterRandom.of(seed));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(object(losses, interval, part.bytes));
    } else {
      print(losses, interval, part.bytes, out);
    }
    out.flush();
    PrintWriter err = spec.commandLine().getErr();
    err.printf(
        Locale.ROOT,
        "%s of %s: %,d tokens in %s of %d, %.1f s, %,.0f tokens/s%n",
        part(),
        data,
        losses.count(),
        Words.count(losses.sums().length, "window"),
        evaluator.context(),
        seconds,
        losses.count() / seconds);
    err.flush();
  }

  /// What was measured, in words.
  private String part() {
    return switch (split) {
      case TRAIN -> "train, the first nine tenths";
      case VALIDATION -> "validation, the last tenth";
      case ALL -> "all";
    };
  }

  private static void print(
      Losses losses, Optional<Losses.Interval> interval, OptionalLong bytes, PrintWriter out) {
    double mean = losses.mean();
    out.printf(Locale.ROOT, "loss %.4f nats/token", mean);
    interval.ifPresent(in -> out.printf(Locale.ROOT, " (%.4f to %.4f)", in.low(), in.high()));
    out.printf(Locale.ROOT, "%nperplexity %.4f", losses.perplexity());
    interval.ifPresent(
        in -> out.printf(Locale.ROOT, " (%.4f to %.4f)", Math.exp(in.low()), Math.exp(in.high())));
    out.println();
    if (bytes.isPresent() && bytes.getAsLong() > 0) {
      double bits = losses.bitsPerByte(bytes.getAsLong());
      out.printf(Locale.ROOT, "bits/byte %.4f", bits);
      interval.ifPresent(in ->
          out.printf(
              Locale.ROOT, " (%.4f to %.4f)", bits * in.low() / mean, bits * in.high() / mean));
      out.println();
    }
  }

  private Json.Obj object(Losses losses, Optional<Losses.Interval> interval, OptionalLong bytes) {
    Json.Obj object =
        Json.object()
            .with("loss", losses.mean())
            .with("perplexity", losses.perplexity())
            .with("tokens", losses.count())
            .with("windows", losses.sums().length)
            .with("split", split.toString());
    if (interval.isPresent()) {
      object = object.with("lossLow", interval.get().low()).with("lossHigh", interval.get().high());
    }
    return bytes.isPresent() && bytes.getAsLong() > 0
        ? object
            .with("bitsPerByte", losses.bitsPerByte(bytes.getAsLong()))
            .with("bytes", bytes.getAsLong())
        : object;
  }
}
