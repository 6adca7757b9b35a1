package dev.heed.cli;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.ModelFolder;
import dev.heed.kernel.Workers;
import dev.heed.lens.Ablation;
import dev.heed.lens.HeadId;
import dev.heed.lens.HeadImportance;
import dev.heed.lens.Lens;
import dev.heed.lens.Pruning;
import dev.heed.lens.Replacement;
import dev.heed.lens.Sites;
import dev.heed.model.Decoder;
import dev.heed.model.EmbeddedModel;
import dev.heed.model.LanguageModel;
import dev.heed.tensor.HeedException;
import dev.heed.train.Parameters;
import dev.heed.train.TrainableModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `heed prune`: takes heads out of a model for good.
@Command(
    name = "prune",
    description = {
      "Takes the attention heads out of a model that matter least, and writes what is left.",
      "A head matters as much as the loss of the texts would change, at first, if it were turned down, divided by "
          + "the norm of its layer's (Michel et al. 2019); every layer keeps a head.",
      "What is left computes what the model computes with zeros in the place of these heads, from smaller weights."
    },
    showDefaultValues = true)
final class PruneCommand implements Callable<Integer> {
  private static final int LONGEST = 128;
  private static final int ROUNDS = 9;

  /// What belongs to a model besides its weights and their configuration.
  private static final List<String> BESIDE =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "generation_config.json",
          "vocab.json",
          "merges.txt",
          "vocab.txt");

  @Spec private CommandSpec spec;

  @Option(names = "--heads", paramLabel = "K", required = true, description = "How many heads go.")
  private int count;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      required = true,
      description = "Where what is left is written; a new folder.")
  private Path out;

  @Option(
      names = "--model",
      paramLabel = "FOLDER",
      description = "A Hugging Face folder, or embedded, the model in the box.")
  private Path model = Path.of(EmbeddedModel.NAME);

  @Option(names = "--json", description = "Prints one JSON object on one line.")
  private boolean json;

  @Mixin private TextsOption texts;

  @Mixin private ThreadsOption threads;

  /// A model, what it loses and how fast it reads.
  private record State(double loss, long parameters, double tokensPerSecond) {
    Json.Obj json() {
      return Json.object()
          .with("loss", loss)
          .with("parameters", parameters)
          .with("tokensPerSecond", tokensPerSecond);
    }
  }

  private record Pruned(List<HeadId> heads, State before, double masked, State after) {}

  @Override
  public Integer call() {
    PrintWriter to = spec.commandLine().getOut();
    if (Files.exists(out)) {
      throw new HeedException("prune: %s is there already; a new folder would fit".formatted(out));
    }
    try (LanguageModel opened = Models.open(model);
        Checkpoint checkpoint = Models.checkpoint(model);
        Workers workers = threads.workers()) {
      if (checkpoint.gguf().isPresent()) {
        throw new HeedException(
            "prune: %s is a GGUF file; a Hugging Face folder would fit".formatted(model));
      }
      int length = Math.min(LONGEST, opened.decoder().context());
      List<int[]> windows = texts.windows(opened, length, workers);
      Pruned pruned = prune(checkpoint, windows, workers);
      if (json) {
        to.println(json(pruned));
      } else {
        print(pruned, windows.size(), length, to);
      }
      to.flush();
    }
    return ExitCode.DONE;
  }

  private Pruned prune(Checkpoint checkpoint, List<int[]> windows, Workers workers) {
    Json.Obj config = checkpoint.config();
    Decoder whole = TrainableModel.of(checkpoint);
    Lens lens = Lens.of(whole, workers);
    List<HeadId> gone = HeadImportance.of(lens, windows).normalized().least(count);
    Ablation intact = Ablation.of(lens, windows, 1);
    double masked = intact.intact() + intact.cost(new Replacement.Zero().of(gone));
    Pruning pruning = Pruning.of(whole, gone);
    Lens left = Lens.of(pruning.decoder(), workers);
    double loss = Ablation.of(left, windows, 1).intact();
    double[] speeds = speeds(lens, left, windows.getFirst());
    write(pruning, config);
    return new Pruned(
        gone,
        new State(intact.intact(), parameters(whole, config), speeds[0]),
        masked,
        new State(loss, parameters(pruning.decoder(), config), speeds[1]));
  }

  private static long parameters(Decoder decoder, Json.Obj config) {
    return Parameters.size(Parameters.of(decoder, config));
  }

  /// Tokens a second of two models in turn, medians.
  private static double[] speeds(Lens one, Lens other, int[] text) {
    double[][] seconds = new double[2][ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      seconds[0][round] = seconds(one, text);
      seconds[1][round] = seconds(other, text);
    }
    return Arrays.stream(seconds)
        .mapToDouble(all -> text.length / Arrays.stream(all).sorted().toArray()[ROUNDS / 2])
        .toArray();
  }

  private static double seconds(Lens lens, int[] text) {
    long start = System.nanoTime();
    lens.trace(text, Sites.none());
    return (System.nanoTime() - start) / 1e9;
  }

  private void write(Pruning pruning, Json.Obj config) {
    ModelFolder from = Models.folder(model);
    try {
      Files.createDirectories(out);
      pruning.write(config, out);
      for (String file : BESIDE) {
        Optional<byte[]> content = from.read(file);
        if (content.isPresent()) {
          Files.write(out.resolve(file), content.get());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("prune: %s cannot be written".formatted(out), e);
    }
  }

  private Json.Obj json(Pruned pruned) {
    return Json.object()
        .with("model", model.toString())
        .with("out", out.toString())
        .with(
            "heads", Json.of(pruned.heads.stream().map(head -> Json.of(head.toString())).toList()))
        .with("before", pruned.before.json())
        .with("masked", pruned.masked)
        .with("after", pruned.after.json());
  }

  private void print(Pruned pruned, int windows, int length, PrintWriter to) {
    State before = pruned.before;
    State after = pruned.after;
    to.printf(
        "without %s%n", String.join(" ", pruned.heads.stream().map(HeadId::toString).toList()));
    to.printf("%d windows of %d tokens, %s%n%n", windows, length, texts.source());
    to.println("         nats a token    parameters   tokens/s");
    to.printf(
        Locale.ROOT,
        "before       %9.4f  %,12d  %9.0f%n",
        before.loss,
        before.parameters,
        before.tokensPerSecond);
    to.printf(Locale.ROOT, "masked       %9.4f%n", pruned.masked);
    to.printf(
        Locale.ROOT,
        "pruned       %9.4f  %,12d  %9.0f   %.1f %% fewer, %.2f x as fast%n%n",
        after.loss,
        after.parameters,
        after.tokensPerSecond,
        100.0 * (before.parameters - after.parameters) / before.parameters,
        after.tokensPerSecond / before.tokensPerSecond);
    to.printf("written to %s%n", out);
  }
}
