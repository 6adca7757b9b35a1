package dev.heed.generate;

import dev.heed.generate.Generation.Finish;
import dev.heed.generate.Generation.Times;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.model.LanguageModel;
import dev.heed.tensor.HeedException;
import dev.heed.text.SpecialTokens;
import dev.heed.text.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// Continues texts with a language model. One thread uses a generator at a time; several generators
/// share a model.
public final class Generator {
  private final Tokenizer tokenizer;
  private final TokenGenerator tokens;

  private Generator(Tokenizer tokenizer, TokenGenerator tokens) {
    this.tokenizer = tokenizer;
    this.tokens = tokens;
  }

  /// A generator that computes with the fastest kernels on `workers`.
  public static Generator of(LanguageModel model, Workers workers) {
    return of(model, Run.inference(Kernels.best(), workers));
  }

  /// A generator that computes in `run`.
  public static Generator of(LanguageModel model, Run run) {
    TokenGenerator tokens = new TokenGenerator(model.decoder(), model.endTokens(), run);
    return new Generator(model.tokenizer(), tokens);
  }

  /// Continues `prompt` and shows each piece of text to `onText` as soon as it is certain.
  public Generation generate(String prompt, GenerationSettings settings, Consumer<String> onText) {
    Clock clock = new Clock();
    int[] ids = promptIds(prompt);
    TextStream stream = new TextStream(tokenizer, ids, settings.stops(), onText);
    List<Integer> chosen = new ArrayList<>();
    Finish finish =
        tokens.generate(
            ids,
            settings,
            id -> {
              clock.token();
              chosen.add(id);
              return stream.push(id);
            });
    String text = stream.finish();
    return new Generation(text, List.copyOf(chosen), finish, ids.length, clock.times());
  }

  /// Fails where [#generate] would fail before its first token, for a prompt beyond the context.
  public void check(String prompt, GenerationSettings settings) {
    tokens.check(promptIds(prompt), settings);
  }

  private int[] promptIds(String prompt) {
    int[] ids = tokenizer.encode(prompt, SpecialTokens.WITH).ids();
    if (ids.length == 0) {
      throw new HeedException(
          "generate: the prompt is empty and the tokenizer adds no beginning; give some text");
    }
    OptionalInt bos = tokenizer.bos();
    boolean doubled =
        bos.isPresent() && ids.length > 1 && ids[0] == bos.getAsInt() && ids[1] == ids[0];
    return doubled ? Arrays.copyOfRange(ids, 1, ids.length) : ids;
  }

  /// When the first token came, and how long all took.
  private static final class Clock {
    private final long start = System.nanoTime();
    private long first;

    void token() {
      first = first == 0 ? System.nanoTime() : first;
    }

    Times times() {
      long end = System.nanoTime();
      long until = first == 0 ? end : first;
      return new Times(Duration.ofNanos(until - start), Duration.ofNanos(end - start));
    }
  }
}
