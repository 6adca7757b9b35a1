package dev.heed.report;

import dev.heed.generate.GenerationSettings;
import dev.heed.generate.Sampling;
import dev.heed.generate.TokenGenerator;
import dev.heed.grad.Run;
import dev.heed.model.LanguageModel;
import dev.heed.report.TrainingReport.State;
import dev.heed.tensor.HeedException;
import dev.heed.text.SpecialTokens;
import dev.heed.text.Tokenizer;
import dev.heed.train.StepReport;
import dev.heed.train.TrainingObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// Keeps the report of a training up to date: after each checkpoint the model says something, and
/// the page is written; closing it writes the page of a training that ended.
///
/// What goes wrong with a report is a warning in the log and does not end the training.
///
/// @param folder of the training
/// @param next who else is told everything
/// @param run to compute samples in
public record TrainingReporter(Path folder, TrainingObserver next, Run run)
    implements TrainingObserver, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(TrainingReporter.class.getName());
  private static final int SAMPLE_TOKENS = 300;
  private static final long SAMPLE_NANOS = 3_000_000_000L;
  private static final Sampling SAMPLING = new Sampling(1, 0.8, 40, 0.95, 0.05, 1);

  @Override
  public void resumed(Path checkpoint, long step) {
    next.resumed(checkpoint, step);
  }

  @Override
  public void stepped(StepReport report) {
    next.stepped(report);
  }

  @Override
  public void saved(Path checkpoint, long step) {
    next.saved(checkpoint, step);
    attempt(() -> sample(checkpoint, step));
    attempt(() -> TrainingReport.write(folder, State.RUNNING));
  }

  /// Writes the page of a training that ended, if it had begun.
  @Override
  public void close() {
    if (Files.exists(folder.resolve("log.jsonl"))) {
      attempt(() -> TrainingReport.write(folder, State.ENDED));
    }
  }

  private void sample(Path checkpoint, long step) {
    try (LanguageModel model = LanguageModel.open(checkpoint)) {
      Tokenizer tokenizer = model.tokenizer();
      String prompt = prompt(tokenizer);
      int[] ids = tokenizer.encode(prompt, SpecialTokens.WITH).ids();
      int most = Math.max(0, Math.min(SAMPLE_TOKENS, model.decoder().context() - ids.length));
      GenerationSettings settings =
          new GenerationSettings(most, SAMPLING, List.of(), OptionalInt.empty());
      List<Integer> said = new ArrayList<>();
      long end = System.nanoTime() + SAMPLE_NANOS;
      new TokenGenerator(model.decoder(), model.endTokens(), run)
          .generate(
              ids,
              settings,
              id -> {
                said.add(id);
                return System.nanoTime() < end;
              });
      int[] all = said.stream().mapToInt(Integer::intValue).toArray();
      Samples.append(folder, step, prompt, tokenizer.decode(all, SpecialTokens.WITHOUT));
    }
  }

  // a new line, which most texts have; what is in the vocabulary, for a text without any
  private static String prompt(Tokenizer tokenizer) {
    try {
      boolean known = tokenizer.encode("\n", SpecialTokens.WITHOUT).size() > 0;
      return known ? "\n" : tokenizer.piece(0);
    } catch (HeedException e) {
      LOG.log(System.Logger.Level.DEBUG, "samples begin with the first token: " + e.getMessage());
      return tokenizer.piece(0);
    }
  }

  private static void attempt(Runnable step) {
    try {
      step.run();
    } catch (HeedException e) {
      LOG.log(System.Logger.Level.WARNING, "the report is not up to date: " + e.getMessage());
    }
  }
}
