package dev.heed.generate;

import dev.heed.generate.Generation.Finish;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.model.Decoder;
import dev.heed.model.DecoderCache;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/// Continues token ids with a decoder and its cache.
///
/// @param endTokens ids that end a generation and are not passed on
public record TokenGenerator(Decoder decoder, Set<Integer> endTokens, Run run) {
  /// The prompt is read in parts of this many tokens, so that memory does not grow with it.
  private static final int PROMPT_PART = DecoderCache.LONGEST_PART;

  public TokenGenerator {
    endTokens = Set.copyOf(endTokens);
  }

  /// Continues `prompt` and passes each new token on, until `onToken` answers false or something
  /// else ends it.
  public Finish generate(int[] prompt, GenerationSettings settings, IntPredicate onToken) {
    int context = context(prompt, settings);
    if (settings.maxTokens() == 0) {
      return Finish.MAX_TOKENS;
    }
    Sampler sampler = new TokenSampler(settings.sampling());
    DecoderCache cache = decoder.newCache(1, context, settings.cache());
    List<Integer> history = new ArrayList<>(Arrays.stream(prompt).boxed().toList());
    cache.expect(prompt.length);
    float[] logits = next(prompt, cache);
    for (int count = 1; ; count++) {
      int id = sampler.choose(logits, history);
      if (endTokens.contains(id)) {
        return Finish.END_TOKEN;
      }
      if (!onToken.test(id)) {
        return Finish.STOP_TEXT;
      }
      if (count == settings.maxTokens()) {
        return Finish.MAX_TOKENS;
      }
      if (cache.length() == context) {
        return Finish.CONTEXT_FULL;
      }
      if (Thread.interrupted()) {
        return Finish.INTERRUPTED;
      }
      history.add(id);
      logits = next(new int[] {id}, cache);
    }
  }

  /// Fails where the context is beyond the decoder's or the prompt beyond the context.
  public void check(int[] prompt, GenerationSettings settings) {
    context(prompt, settings);
  }

  private int context(int[] prompt, GenerationSettings settings) {
    int context = settings.context().orElse(decoder.context());
    if (context > decoder.context()) {
      throw new HeedException(
          "generate: a context of %d positions is beyond the model's %d"
              .formatted(context, decoder.context()));
    }
    if (prompt.length == 0 || prompt.length > context) {
      throw new HeedException(
          "generate: the prompt has %d tokens; 1 to %d, the context, fit"
              .formatted(prompt.length, context));
    }
    return context;
  }

  // Reads `ids` into the cache and gives the logits after the last of them.
  private float[] next(int[] ids, DecoderCache cache) {
    Workspace.Mark mark = run.workspace().mark();
    try {
      for (int from = 0; ; from += PROMPT_PART) {
        int to = Math.min(ids.length, from + PROMPT_PART);
        Tensor hidden = decoder.hidden(Tokens.of(Arrays.copyOfRange(ids, from, to)), cache, run);
        if (to == ids.length) {
          Tensor rows = hidden.reshape(hidden.axis(1), hidden.axis(2));
          return decoder.logits(rows.slice(to - from - 1, to - from), run).toArray();
        }
        run.workspace().release(mark);
      }
    } finally {
      run.workspace().release(mark);
    }
  }
}
