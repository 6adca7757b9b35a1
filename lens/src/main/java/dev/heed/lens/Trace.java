package dev.heed.lens;

import dev.heed.checkpoint.Nearest;
import dev.heed.grad.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What stood at the sites of a model while it read texts of equal length. Nothing in it changes or
/// is shared with the model.
public final class Trace {
  private final Tokens tokens;
  private final Value logits;
  private final Map<String, Value> values;
  private final Map<String, Visibility> visible;

  Trace(Tokens tokens, Value logits, Map<String, Value> values, Map<String, Visibility> visible) {
    this.tokens = new Tokens(tokens.ids().clone(), tokens.batch(), tokens.length());
    this.logits = logits;
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    this.visible = Map.copyOf(visible);
  }

  /// Texts, `B`.
  public int batch() {
    return tokens.batch();
  }

  /// Tokens of each text, `T`.
  public int length() {
    return tokens.length();
  }

  /// The ids of the first text; a copy.
  public int[] tokens() {
    return tokens(0);
  }

  /// The ids of a text; a copy.
  public int[] tokens(int text) {
    int from = Objects.checkIndex(text, batch()) * length();
    return Arrays.copyOfRange(tokens.ids(), from, from + length());
  }

  /// What the model expects after each token, `[B, T, V]`.
  public Value logits() {
    return logits;
  }

  /// The sites that were looked at.
  public List<String> sites() {
    return new ArrayList<>(values.keySet());
  }

  public boolean has(String site) {
    return values.containsKey(site);
  }

  /// What stood at a site: `[B, T, D]`, `[B, T, H, E]` of a site that has heads, `[B, H, T, S]` of
  /// a map.
  public Value value(String site) {
    Value found = values.get(site);
    if (found == null) {
      throw new LensException(
          "trace: '%s' was not looked at; %s".formatted(site, Nearest.hint(site, values.keySet())));
    }
    return found;
  }

  /// What stood at a site of a block: `value(3, "attn.z")`.
  public Value value(int layer, String point) {
    return value("blocks." + layer + "." + point);
  }

  /// The map of a head, of the first text.
  public Pattern pattern(int layer, int head) {
    return pattern(0, layer, head);
  }

  /// The map of a head, of a text.
  public Pattern pattern(int text, int layer, int head) {
    String site = "blocks." + layer + ".attn.pattern";
    Value maps = value(site);
    int heads = maps.shape().axis(1);
    if (head < 0 || head >= heads || text < 0 || text >= batch()) {
      throw new LensException(
          "trace: text %d, head %d is not in %s %s".formatted(text, head, site, maps.shape()));
    }
    int queries = maps.shape().axis(2);
    int keys = maps.shape().axis(3);
    int map = text * heads + head;
    Visibility seen = Objects.requireNonNull(visible.get(site));
    return new Pattern(maps.numbers(), map * queries * keys, queries, keys, seen.sets().get(map));
  }

  @Override
  public String toString() {
    return "Trace of [%d, %d] tokens at %s".formatted(batch(), length(), values.keySet());
  }
}
