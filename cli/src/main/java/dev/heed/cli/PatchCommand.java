package dev.heed.cli;

import dev.heed.checkpoint.Escape;
import dev.heed.checkpoint.Json;
import dev.heed.kernel.Workers;
import dev.heed.lens.Answers;
import dev.heed.lens.Lens;
import dev.heed.lens.PatchGrid;
import dev.heed.lens.Patching;
import dev.heed.model.LanguageModel;
import dev.heed.tensor.HeedException;
import dev.heed.text.SpecialTokens;
import dev.heed.text.TokenText;
import dev.heed.text.Tokenizer;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `heed patch`: what of one prompt, put into the run of another, brings back its answer.
@Command(
    name = "patch",
    description = "Finds what in a model an answer hangs on, by activation patching.",
    footer = {
      "",
      "Two prompts of as many tokens differ in what the model says next. Parts of the run of one are "
          + "put into the run of the other, each alone, and the difference of two logits says what that does: "
          + "0 is as the corrupt prompt has it, 1 as the clean one."
    },
    showDefaultValues = true)
final class PatchCommand implements Callable<Integer> {
  private static final String CELL = "%6s";

  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @Parameters(index = "0", paramLabel = "CLEAN", description = "The prompt with the answer.")
  private String clean;

  @Parameters(
      index = "1",
      paramLabel = "CORRUPT",
      description = "A prompt of as many tokens with another answer.")
  private String corrupt;

  @Option(
      names = "--answer",
      paramLabel = "TOKEN",
      description = "The answer to the clean prompt (default: what the model says).")
  private @Nullable String answer;

  @Option(
      names = "--wrong",
      paramLabel = "TOKEN",
      description = "The answer to the corrupt prompt (default: what the model says).")
  private @Nullable String wrong;

  @Option(
      names = "--what",
      paramLabel = "KIND",
      description = "What is patched, each alone: ${COMPLETION-CANDIDATES}.")
  private Patching.What what = Patching.What.RESIDUAL;

  @Option(
      names = "--direction",
      paramLabel = "WAY",
      description =
          "denoise puts parts of the clean run into the corrupt one, noise the other way round.")
  private Patching.Direction direction = Patching.Direction.DENOISE;

  @Option(names = "--json", description = "Prints one JSON object on one line.")
  private boolean json;

  @Mixin private ThreadsOption threads;

  @Override
  public Integer call() {
    try (LanguageModel opened = model.open();
        Workers workers = threads.workers()) {
      Tokenizer tokenizer = opened.tokenizer();
      Lens lens = Lens.of(opened, workers);
      int[] right = tokenizer.encode(clean, SpecialTokens.WITH).ids();
      int[] other = tokenizer.encode(corrupt, SpecialTokens.WITH).ids();
      if (right.length == 0 || other.length == 0) {
        throw new HeedException("patch: a prompt has no tokens; some text in both would fit");
      }
      if (right.length != other.length) {
        throw new HeedException(unequal(tokenizer, right, other));
      }
      int first = answer == null ? Answers.said(lens, right) : Answers.token(tokenizer, answer);
      int second = wrong == null ? Answers.said(lens, other) : Answers.token(tokenizer, wrong);
      if (first == second) {
        throw new HeedException(
            "patch: %s is the answer to both prompts, so there is nothing to tell apart; other prompts, or --answer and --wrong, would fit"
                .formatted(quoted(tokenizer, first)));
      }
      Patching patching = Patching.of(lens, right, other, new Answers(first, second).metric());
      PatchGrid grid = patching.sweep(what, direction);
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        out.println(
            grid.json()
                .with("answer", tokenizer.piece(first))
                .with("wrong", tokenizer.piece(second))
                .with("tokens", Json.of(pieces(tokenizer, right).stream().map(Json::of).toList())));
      } else {
        String between = quoted(tokenizer, first) + " over " + quoted(tokenizer, second);
        out.printf(
            Locale.ROOT,
            "%s: %.3f after the clean prompt, %.3f after the corrupt one%n",
            between,
            grid.clean(),
            grid.corrupt());
        print(grid, pieces(tokenizer, direction == Patching.Direction.DENOISE ? right : other));
      }
      out.flush();
    }
    return ExitCode.DONE;
  }

  /// Says how far two prompts are from each other, so that one of them can be mended.
  private static String unequal(Tokenizer tokenizer, int[] clean, int[] corrupt) {
    return "patch: the clean prompt is %d tokens and the corrupt one %d; prompts of as many would fit: clean %s, corrupt %s"
        .formatted(clean.length, corrupt.length, bars(tokenizer, clean), bars(tokenizer, corrupt));
  }

  /// Tokens with bars between them.
  private static String bars(Tokenizer tokenizer, int[] ids) {
    StringJoiner all = new StringJoiner("|", "|", "|");
    for (int id : ids) {
      all.add(Escape.text(TokenText.of(tokenizer, id)));
    }
    return all.toString();
  }

  private static List<String> pieces(Tokenizer tokenizer, int... ids) {
    List<String> pieces = new ArrayList<>();
    for (int id : ids) {
      pieces.add(tokenizer.piece(id));
    }
    return pieces;
  }

  private static String quoted(Tokenizer tokenizer, int id) {
    return Json.of(tokenizer.piece(id)).toString();
  }

  private void print(PatchGrid grid, List<String> tokens) {
    PrintWriter out = spec.commandLine().getOut();
    boolean positions = grid.what().unit() == Patching.Unit.POSITION;
    int columns = grid.rows().stream().mapToInt(row -> row.scores().length).max().orElse(0);
    out.printf(CELL, positions ? "token" : "head");
    for (int column = 0; column < columns; column++) {
      out.printf(CELL, positions ? shortened(tokens.get(column)) : column);
    }
    out.println();
    for (PatchGrid.Row row : grid.rows()) {
      out.printf(CELL, "L" + row.layer());
      for (double score : row.scores()) {
        // a zero of either sign is a zero
        out.printf(CELL, String.format(Locale.ROOT, "%.2f", Math.round(score * 100) / 100.0 + 0.0));
      }
      out.println();
    }
  }

  private static String shortened(String piece) {
    String shown = Json.of(piece).toString();
    String bare = shown.substring(1, shown.length() - 1);
    return bare.length() > 5 ? bare.substring(0, 4) + "…" : bare;
  }
}
