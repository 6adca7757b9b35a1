package dev.heed.attention;

import java.util.List;

/// All that a layer chooses of attention: the call, where its keys and values come from, and what
/// is done with heads around it.
///
/// @param heads one of a kind
public record AttentionChoices(Attention attention, Source source, List<HeadChoice> heads) {
  public AttentionChoices {
    heads = List.copyOf(heads);
    if (heads.stream().distinct().count() < heads.size()) {
      throw new AttentionException(
          "attention: heads %s; one of a kind would fit"
              .formatted(heads.stream().map(HeadChoice::text).toList()));
    }
  }

  /// A call to the text itself, with nothing around it.
  public static AttentionChoices of(Attention attention) {
    return new AttentionChoices(attention, Source.self(), List.of());
  }

  public AttentionChoices withAttention(Attention other) {
    return new AttentionChoices(other, source, heads);
  }
}
