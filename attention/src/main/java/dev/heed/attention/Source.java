package dev.heed.attention;

import dev.heed.tensor.Shape;
import java.util.List;

/// Where the keys and values of an attention come from.
public sealed interface Source {
  /// The text itself: the keys and values that the call is given.
  record Self() implements Source {}

  /// Learned keys and values before those of the text, which every query sees and which stand
  /// nowhere: prefix tuning, [Li and Liang 2021](https://arxiv.org/abs/2101.00190), and persistent
  /// memory, [Sukhbaatar et al. 2019](https://arxiv.org/abs/1907.01470). They are the parameters
  /// `prefix_keys`, `[P, G·E]`, and `prefix_values`, `[P, G·W]`.
  ///
  /// @param length `P`
  record Prefix(int length) implements Source {
    public Prefix {
      atLeast("prefix", 1, length);
    }
  }

  /// Landmarks, means of segments, by which Nystrom's method approximates the whole map, [Xiong et
  /// al. 2021](https://arxiv.org/abs/2102.03902). Not causal.
  ///
  /// @param landmarks how many
  /// @param iterations towards the inverse of the landmarks' own map; few of them smooth it
  record Nystrom(int landmarks, int iterations) implements Source {
    public Nystrom {
      atLeast("nystrom", 1, landmarks);
      atLeast("nystrom", 1, iterations);
    }
  }

  /// Few keys and values that learned matrices make of those of a text of fixed length, [Wang et
  /// al. 2020](https://arxiv.org/abs/2006.04768): the parameters `linformer_keys` and
  /// `linformer_values`, `[rows, length]`. Not causal; without training it approximates nothing.
  ///
  /// @param rows how many are left
  /// @param length of every text
  record Linformer(int rows, int length) implements Source {
    public Linformer {
      atLeast("linformer", 1, rows);
      atLeast("linformer", 1, length);
    }
  }

  /// The text itself, and beside it the nearest keys of a memory of what is long past, mixed by a
  /// learned gate a head, [Wu et al. 2022](https://arxiv.org/abs/2203.08913): the parameter
  /// `memory_gate`, `[H]`. The memory comes with the call.
  ///
  /// @param neighbours that a query looks at
  record Memory(int neighbours) implements Source {
    public Memory {
      atLeast("memory", 1, neighbours);
    }
  }

  /// The text in segments, each of which sees itself, and beside it the nearest keys of the
  /// segments before it, mixed as [Memory] mixes them: a memory of the text's own past, without
  /// gradients for what is past. The parameter `memory_gate`, `[H]`.
  ///
  /// @param neighbours that a query looks at
  /// @param segment positions that see each other
  /// @param capacity positions that are remembered at most
  record Past(int neighbours, int segment, int capacity) implements Source {
    public Past {
      atLeast("past", 1, neighbours);
      atLeast("past", 1, segment);
      atLeast("past", 4, capacity);
    }

    /// What positions of one segment see of each other.
    public Attention inSegment(Attention attention) {
      return attention.withMask(attention.mask().and(Mask.parse("chunk(%d)".formatted(segment))));
    }
  }

  /// The learned numbers that this choice reads.
  default List<Need> needs(AttentionShape shape) {
    return switch (this) {
      case Self _, Nystrom _ -> List.of();
      case Memory _, Past _ -> Need.aHead("memory_gate", shape, "source " + text());
      case Linformer(int rows, int length) ->
          List.of(
              new Need("linformer_keys", Shape.of(rows, length), "source " + text()),
              new Need("linformer_values", Shape.of(rows, length), "source " + text()));
      case Prefix(int length) ->
          List.of(
              new Need(
                  "prefix_keys",
                  Shape.of(length, shape.groups() * shape.width()),
                  "source " + text()),
              new Need(
                  "prefix_values",
                  Shape.of(length, shape.groups() * shape.valueWidth()),
                  "source " + text()));
    };
  }

  /// Reads a source as it is written: `self`, `prefix(16)`.
  static Source parse(String text) {
    return SourceForms.FORMS.parse(text);
  }

  /// The source as it is written; [#parse] reads it back.
  default String text() {
    return SourceForms.text(this);
  }

  static Source self() {
    return new Self();
  }

  static Source prefix(int length) {
    return new Prefix(length);
  }

  /// With the six iterations of the paper.
  static Source nystrom(int landmarks) {
    return new Nystrom(landmarks, 6);
  }

  static Source linformer(int rows, int length) {
    return new Linformer(rows, length);
  }

  static Source memory(int neighbours) {
    return new Memory(neighbours);
  }

  static Source past(int neighbours, int segment, int capacity) {
    return new Past(neighbours, segment, capacity);
  }

  private static void atLeast(String name, int least, int number) {
    if (number < least) {
      throw new AttentionException(
          "source %s(%d): the number must be at least %d".formatted(name, number, least));
    }
  }
}
