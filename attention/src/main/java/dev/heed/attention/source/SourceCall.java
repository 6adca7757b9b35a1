package dev.heed.attention.source;

import dev.heed.attention.Attend;
import dev.heed.attention.Attention;
import dev.heed.attention.AttentionException;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionShape;
import dev.heed.attention.AttentionSites;
import dev.heed.attention.CacheShape;
import dev.heed.attention.Front;
import dev.heed.attention.HeadRows;
import dev.heed.attention.HeadView;
import dev.heed.attention.JoinedRows;
import dev.heed.attention.Need;
import dev.heed.attention.Score;
import dev.heed.attention.Source;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/// A call of attention with a [Source]: what a layer applies, as one or several operations.
///
/// @param input queries, and the keys and values of the text
/// @param sites what a probe calls the scores and the weights
/// @param learned the numbers that the source reads, by name
public record SourceCall(
    Source source,
    Attention attention,
    AttentionInput input,
    AttentionSites sites,
    Map<String, Operand> learned) {
  public SourceCall {
    learned = Map.copyOf(learned);
    check(source, input.shape(), learned);
  }

  private static void check(Source source, AttentionShape shape, Map<String, Operand> learned) {
    for (Need need : source.needs(shape)) {
      Operand given = learned.get(need.name());
      if (given == null) {
        throw need.missing("among the learned numbers of the call");
      }
      if (!given.shape().equals(need.shape())) {
        throw new ShapeException(
            "attention: parameter %s %s does not fit %s with keys [%d, %d, %d, %d]; %s would"
                .formatted(
                    need.name(),
                    given.shape(),
                    need.reader(),
                    shape.batch(),
                    shape.groups(),
                    shape.keys(),
                    shape.width(),
                    need.shape()));
      }
    }
    if (learned.size() > source.needs(shape).size()) {
      throw new AttentionException(
          "attention: source %s does not read all of %s"
              .formatted(source.text(), learned.keySet()));
    }
  }

  private Operand learned(String name) {
    return Objects.requireNonNull(learned.get(name));
  }

  /// Attends with gradients for the tensors that the input views.
  ///
  /// @param of what gradients belong to, `k` and `v` as `[B, S, G·width]`
  /// @return `[B, T, H·W]`
  public Tensor attend(Attend.Operands of, Run run) {
    return switch (source) {
      case Source.Self _ -> run.apply(Attend.trainable(attention, input, sites, of));
      case Source.Prefix(int length) -> {
        Front front = new Front(length);
        Tensor k = run.apply(new Prepend(learned("prefix_keys"), of.k()));
        Tensor v = run.apply(new Prepend(learned("prefix_values"), of.v()));
        int groups = input.shape().groups();
        AttentionInput all =
            front.input(input, HeadView.split(k, groups), HeadView.split(v, groups));
        Attend.Operands operands = new Attend.Operands(of.q(), k, v, of.parameters());
        yield run.apply(Attend.trainable(front.attention(attention), all, sites, operands));
      }
      case Source.Memory _ -> throw withoutMemory();
      case Source.Past past ->
          recall(ofText().attend(of, run), of, new Past(pastShape(), past), run);
      case Source.Nystrom nystrom -> {
        Landmarks.check(source, attention);
        yield new Landmarks(this, of).nystrom(nystrom, run);
      }
      case Source.Linformer _ -> {
        Landmarks.check(source, attention);
        yield new Landmarks(this, of).linformer(run);
      }
    };
  }

  /// Attends without gradients to keys and values that a cache holds, wherever they lie.
  ///
  /// @return `[B, T, H·W]`
  public Tensor attendCached(Run run) {
    return switch (source) {
      case Source.Self _ -> run.apply(Attend.inference(attention, input, sites));
      case Source.Prefix(int length) -> {
        Front front = new Front(length);
        HeadRows k = new JoinedRows(rows("prefix_keys"), input.keys());
        HeadRows v = new JoinedRows(rows("prefix_values"), input.values());
        yield run.apply(
            Attend.inference(front.attention(attention), front.input(input, k, v), sites));
      }
      case Source.Memory _, Source.Past _ -> throw withoutMemory();
      case Source.Nystrom _, Source.Linformer _ ->
          throw new UnsupportedCombinationException(
              "source " + source.text(),
              "a cache",
              "its keys stand for all positions of a text at once; run the text as a whole");
    };
  }

  private AttentionException withoutMemory() {
    return new AttentionException(
        "attention: source %s looks into a memory and the call has none; recall(...) takes one"
            .formatted(source.text()));
  }

  /// What the text gives, mixed with what the nearest keys of a memory give.
  ///
  /// @param near what the text gives, `[B, T, H·W]`
  /// @param q queries as the memory's keys are, before any rotation, `[B, T, H·E]`
  /// @return `[B, T, H·W]`
  public Tensor recall(Tensor near, Tensor q, NeighbourMemory memory, Run run) {
    if (!(source instanceof Source.Memory(int neighbours))) {
      throw new UnsupportedCombinationException(
          "source " + source.text(), "a memory", "source memory(32) looks into one");
    }
    requireProducts();
    int heads = input.shape().heads();
    Tensor far = run.apply(new Recall(q, memory, heads, neighbours));
    int[] since = new int[near.axis(0)];
    for (int b = 0; b < since.length; b++) {
      since[b] = memory.length(b) > 0 ? 0 : near.axis(1);
    }
    return run.apply(new BlendHeads(near, far, learned("memory_gate"), since));
  }

  /// What a text gives within its segments, mixed with what the nearest keys of the segments before
  /// give. The text is in `past` afterwards.
  ///
  /// @param near what the segments give, `[B, T, H·W]`
  /// @param text queries, keys and values before any rotation
  /// @return `[B, T, H·W]`
  public Tensor recall(Tensor near, Attend.Operands text, Past past, Run run) {
    if (!(source instanceof Source.Past(int neighbours, _, _))) {
      throw new UnsupportedCombinationException(
          "source " + source.text(), "a past", "source past(32, 64, 4096) looks into one");
    }
    requireProducts();
    if (input.docQ().isPresent()) {
      throw new UnsupportedCombinationException(
          "source " + source.text(), "documents", "rows of one text each would fit");
    }
    past.check(input.qPos());
    int[] since = new int[near.axis(0)];
    Arrays.fill(since, past.firstWithPast(near.axis(1)));
    Tensor far = run.apply(Recall.ofPast(text, past, input.shape().heads(), neighbours));
    return run.apply(new BlendHeads(near, far, learned("memory_gate"), since));
  }

  private void requireProducts() {
    if (!attention.score().equals(Score.dot())) {
      throw new UnsupportedCombinationException(
          "source " + source.text(),
          "score " + attention.score().text(),
          "the nearest keys are those of the largest inner product: score dot");
    }
  }

  private CacheShape pastShape() {
    AttentionShape shape = input.shape();
    return new CacheShape(shape.batch(), shape.groups(), shape.width(), shape.valueWidth());
  }

  /// The same call without what the source adds to the text.
  public SourceCall ofText() {
    Attention seen = source instanceof Source.Past past ? past.inSegment(attention) : attention;
    return new SourceCall(Source.self(), seen, input, sites, Map.of());
  }

  private HeadView rows(String name) {
    Tensor rows = Prepend.numbers(learned(name));
    return HeadView.split(rows.reshape(1, rows.axis(0), rows.axis(1)), input.shape().groups());
  }
}
