package dev.heed.cli;

import dev.heed.checkpoint.AtomicFile;
import dev.heed.kernel.Workers;
import dev.heed.lens.Lens;
import dev.heed.lens.Look;
import dev.heed.model.LanguageModel;
import dev.heed.serve.StudioPage;
import dev.heed.text.SpecialTokens;
import dev.heed.text.TokenText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `heed look`: a text as a model reads it.
@Command(
    name = "look",
    description = {
      "Shows how a model reads a text, and what its heads are worth there.",
      "What it foresees after each layer, where its heads look, what is lost without each of them, "
          + "and what the next token comes from.",
      "With --out it writes the studio's page about this text into one file, which needs no other and no network."
    },
    showDefaultValues = true)
final class LookCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "TEXT",
      arity = "0..1",
      description = "The text; standard input, less one trailing newline, without it.")
  private @Nullable String text;

  @Mixin private ModelOption model;

  @Option(names = "--out", paramLabel = "FILE", description = "Writes a page of HTML.")
  private @Nullable Path file;

  @Mixin private ThreadsOption threads;

  @Override
  public Integer call() throws IOException {
    String read = text == null ? StandardInput.text(System.in) : text;
    PrintWriter out = spec.commandLine().getOut();
    try (LanguageModel opened = model.open();
        Workers workers = threads.workers()) {
      int[] ids = opened.tokenizer().encode(read, SpecialTokens.WITH).ids();
      IntFunction<String> names = id -> shown(TokenText.of(opened.tokenizer(), id));
      Look look = Look.of(Lens.of(opened, workers), ids, names);
      if (file != null) {
        // first, for readers of what is printed may leave early
        AtomicFile.write(file, StudioPage.of(model.toString(), read, workers));
      }
      new LookText(look, names, out).print();
      if (file != null) {
        out.printf("%npage: %s%n", file);
      }
      out.flush();
    }
    return ExitCode.DONE;
  }

  /// A token on one line; space and newline have signs.
  private static String shown(String token) {
    StringBuilder out = new StringBuilder();
    token
        .codePoints()
        .forEach(c -> {
          switch (c) {
            case ' ' -> out.append('·');
            case '\n' -> out.append('↵');
            case '\t' -> out.append('⇥');
            default -> out.appendCodePoint(Character.isISOControl(c) ? '�' : c);
          }
        });
    return out.isEmpty() ? "∅" : out.toString();
  }
}
