package dev.heed.cli;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.Decode;
import dev.heed.attention.Executor;
import dev.heed.attention.Mask;
import dev.heed.attention.Mixing;
import dev.heed.attention.Modifier;
import dev.heed.attention.Normalizer;
import dev.heed.attention.Observer;
import dev.heed.attention.Reference;
import dev.heed.attention.Score;
import dev.heed.attention.Source;
import dev.heed.attention.Tiled;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.checkpoint.AttentionJson;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.SafetensorsFile;
import dev.heed.checkpoint.SafetensorsWriter;
import dev.heed.cli.conform.AttentionTensors;
import dev.heed.cli.conform.Tensors;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Weight;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `heed attend`: attention over the tensors of a file.
@Command(
    name = "attend",
    description = {
      "Computes attention over the tensors of a safetensors file.",
      "FILE holds q [B, H, T, E], k [B, G, S, E], v [B, G, S, W]; where it is read, q_pos [T] and "
          + "k_pos [S] (default: 0, 1, ...), doc_q [T], doc_k [S], kv_len [B], visible [B, H, T, S], "
          + "and what a choice has learned, as sink [H]; for --source \"memory(32)\" also "
          + "memory_k [B, G, M, E] and memory_v [B, G, M, W]. The file's header may hold an attention "
          + "as JSON under 'spec'; options change it."
    },
    footer = {"", "heed variants lists every choice."})
final class AttendCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Parameters(paramLabel = "FILE", description = "The tensors to attend with.")
  private Path file;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where the result goes: out [B, H, T, W], statistics, maps.")
  private @Nullable Path out;

  @Option(names = "--score", paramLabel = "SCORE", description = "dot, cosine(10), ...")
  private @Nullable Score score;

  @Option(
      names = "--modifier",
      paramLabel = "MODIFIER",
      description = "softcap(50), alibi, ...; several act in their order.")
  private @Nullable List<Modifier> modifiers;

  @Option(
      names = "--mask",
      paramLabel = "EXPRESSION",
      description = "Which keys a query sees: \"causal & window(256) | global(4)\".")
  private @Nullable Mask mask;

  @Option(
      names = "--mixing",
      paramLabel = "MIXING",
      description = "talking(scores), talking(weights), values(16); several, one of a kind.")
  private @Nullable List<Mixing> mixings;

  @Option(names = "--normalizer", paramLabel = "NORMALIZER", description = "softmax, sink, ...")
  private @Nullable Normalizer normalizer;

  @Option(
      names = "--source",
      paramLabel = "SOURCE",
      description = "Keys and values from elsewhere: prefix(16), memory(32), nystrom(64), ...")
  private Source source = Source.self();

  @Option(
      names = "--executor",
      paramLabel = "EXECUTOR",
      description = "Who computes it: ${COMPLETION-CANDIDATES} (default: what fits the shapes).")
  private @Nullable Way executor;

  @Option(
      names = "--stats",
      paramLabel = "NAME",
      split = ",",
      description = "What is observed of the weights: entropy, coverage, top(8), ...")
  private List<Observer> statistics = List.of();

  @Option(
      names = "--maps",
      paramLabel = "MAP",
      split = ",",
      description = "Whole maps to write besides: ${COMPLETION-CANDIDATES}.")
  private List<AttendMap> maps = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What is left to chance begins with it (default: ${DEFAULT-VALUE}).")
  private long seed = 0;

  @Option(names = "--explain", description = "Prints what will be computed, and at what cost.")
  private boolean explain;

  @Mixin private ThreadsOption threads;

  /// The executors by name.
  enum Way {
    REFERENCE,
    TILED,
    DECODE;

    Executor executor() {
      return switch (this) {
        case REFERENCE -> new Reference();
        case TILED -> new Tiled();
        case DECODE -> new Decode();
      };
    }

    @Override
    public String toString() {
      return OptionValues.word(this);
    }
  }

  @Override
  public Integer call() throws IOException {
    if (out == null && !explain) {
      throw new ParameterException(
          command.commandLine(), "--out is missing: name the file of the result, or --explain");
    }
    if (out == null && !(statistics.isEmpty() && maps.isEmpty())) {
      throw new ParameterException(
          command.commandLine(), "--out is missing: statistics and maps go to that file");
    }
    if (out != null && Files.exists(out) && Files.exists(file) && Files.isSameFile(file, out)) {
      throw new ParameterException(
          command.commandLine(),
          "--out %s is the file that is read, which would be lost: name another".formatted(out));
    }
    try (SafetensorsFile opened = SafetensorsFile.open(file);
        Workers workers = threads.workers()) {
      attend(opened, Run.inference(Kernels.best(), workers));
    }
    return ExitCode.DONE;
  }

  private void attend(SafetensorsFile opened, Run run) {
    Tensors tensors = new Tensors(opened);
    Attention attention = attention(opened.metadata(), tensors);
    AttentionInput input = AttentionTensors.input(attention, tensors);
    if (!attention.chance().isNone()) {
      input = input.withRandom(CounterRandom.of(seed));
    }
    Executor by =
        executor == null ? Executor.fitting(attention, input.shape()) : executor.executor();
    boolean elsewhere = !source.equals(Source.self());
    if (elsewhere && (explain || !statistics.isEmpty() || !maps.isEmpty() || executor != null)) {
      throw new UnsupportedCombinationException(
          "source " + source.text(),
          "an executor, statistics, maps or a plan",
          "it is a composition of several calls: leave those options out");
    }
    if (explain) {
      PrintWriter print = command.commandLine().getOut();
      print.print(attention.explain(input, by));
      print.flush();
    }
    if (out != null) {
      String spec = AttentionJson.write(attention).toString();
      if (elsewhere) {
        Map<String, Weight> result =
            new SourceTensors(source, tensors).attend(attention, input, run);
        SafetensorsWriter.write(out, result, Map.of("spec", spec, "source", source.text()));
      } else {
        AttendResult result = new AttendResult(attention, input, by, run);
        Map<String, String> header = Map.of("spec", spec, "executor", by.toString());
        SafetensorsWriter.write(out, result.tensors(statistics, maps), header);
      }
    }
  }

  /// The file's attention, or full attention, with the choices that were made.
  private Attention attention(Json.Obj header, Tensors tensors) {
    Attention attention =
        header.has("spec")
            ? AttentionTensors.attention(header.string("spec"), tensors)
            : Attention.full();
    if (modifiers != null) {
      attention = attention.withModifiers(modifiers);
    }
    for (Mixing mixing : mixings == null ? List.<Mixing>of() : mixings) {
      attention = attention.withMixing(mixing);
    }
    attention = score == null ? attention : attention.withScore(score);
    attention = mask == null ? attention : attention.withMask(mask);
    return normalizer == null ? attention : attention.withNormalizer(normalizer);
  }
}
