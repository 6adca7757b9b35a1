package dev.heed.lens;

import dev.heed.checkpoint.Json;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What a head may be for, by where it looks.
public enum HeadRole {
  /// The token before.
  PREVIOUS {
    @Override
    public boolean expects(int[] tokens, int query, int key) {
      return key == query - 1;
    }
  },
  /// The token itself.
  CURRENT {
    @Override
    public boolean expects(int[] tokens, int query, int key) {
      return key == query;
    }
  },
  /// The first token of the text, where attention rests that is not needed elsewhere.
  FIRST {
    @Override
    public boolean expects(int[] tokens, int query, int key) {
      return key == 0;
    }
  },
  /// Earlier occurrences of the token.
  DUPLICATE {
    @Override
    public boolean expects(int[] tokens, int query, int key) {
      return key < query && tokens[key] == tokens[query];
    }
  },
  /// What followed earlier occurrences of the token, prefix matching, [Olsson et al.
  /// 2022](https://arxiv.org/abs/2209.11895).
  INDUCTION {
    @Override
    public boolean expects(int[] tokens, int query, int key) {
      return key > 0 && key <= query && tokens[key - 1] == tokens[query];
    }
  };

  private static final int LEAST_QUERIES = 4;

  /// Whether a head of this role looks from a query to a key.
  public abstract boolean expects(int[] tokens, int query, int key);

  /// The weight where a role expects it.
  ///
  /// @param score the mean over queries of the weight on expected keys, 0 to 1
  /// @param besideFirst the same of the weight that is not on the first key; of [#FIRST] the same
  /// @param chance what equal weights on all visible keys would score
  /// @param queries that have an expected key and see another
  public record Score(double score, double besideFirst, double chance, long queries) {
    /// The weight where a role expects it: 0 by chance, 1 at most.
    public double aboveChance() {
      return queries == 0 || chance >= 1 ? 0 : (score - chance) / (1 - chance);
    }

    Json.Obj json() {
      return Json.object()
          .with("score", score)
          .with("besideFirst", besideFirst)
          .with("chance", chance)
          .with("queries", queries);
    }
  }

  /// How well a pattern of a text fits the roles that the text asks for often enough: by four
  /// queries and by a quarter of them. A role that a short text hardly asks for is no finding.
  public static Map<HeadRole, Score> scores(Pattern pattern, int[] tokens) {
    Map<HeadRole, Score> all = new EnumMap<>(HeadRole.class);
    for (HeadRole role : values()) {
      Score score = role.score(pattern, tokens);
      if (score.queries() >= Math.max(LEAST_QUERIES, tokens.length / 4)) {
        all.put(role, score);
      }
    }
    return all;
  }

  /// The role that scores fit best, if they fit any.
  public static Optional<HeadRole> best(Map<HeadRole, Score> scores) {
    return scores.entrySet().stream()
        .filter(each -> each.getValue().aboveChance() >= HeadReport.THRESHOLD)
        .max(Comparator.comparingDouble(each -> each.getValue().aboveChance()))
        .map(Map.Entry::getKey);
  }

  /// How well a pattern of a text fits the role.
  public Score score(Pattern pattern, int[] tokens) {
    Sum sum = new Sum(this);
    sum.add(pattern, tokens);
    return sum.score();
  }

  /// In lower case, as commands print it.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Adds up pattern after pattern of a head.
  public static final class Sum {
    private final HeadRole role;
    private long queries;
    private double hit;
    private double beside;
    private double chance;

    /// Of nothing yet.
    public Sum(HeadRole role) {
      this.role = role;
    }

    /// Takes in the queries of a pattern of a text.
    public void add(Pattern pattern, int[] tokens) {
      if (pattern.queries() != tokens.length || pattern.keys() != tokens.length) {
        throw new LensException(
            "role: %s does not fit %d tokens; a query and a key for each would"
                .formatted(pattern, tokens.length));
      }
      for (int q = 0; q < tokens.length; q++) {
        add(pattern, tokens, q);
      }
    }

    private void add(Pattern pattern, int[] tokens, int q) {
      int visible = pattern.visible(q);
      int expected = 0;
      double onExpected = 0;
      double all = 0;
      double first = 0;
      for (int k = 0; k < tokens.length; k++) {
        boolean counts = pattern.sees(q, k) && role.expects(tokens, q, k);
        double weight = pattern.get(q, k);
        expected += counts ? 1 : 0;
        onExpected += counts ? weight : 0;
        first += counts && k == 0 ? weight : 0;
        all += weight;
      }
      if (expected == 0 || visible < 2) {
        return;
      }
      double elsewhere = all - pattern.get(q, 0);
      boolean rests = role == HeadRole.FIRST;
      queries++;
      hit += onExpected;
      beside += rests ? onExpected : elsewhere <= 0 ? 0 : (onExpected - first) / elsewhere;
      chance += (double) expected / visible;
    }

    /// The means so far; of no queries, zeros.
    public Score score() {
      double n = Math.max(1, queries);
      return new Score(hit / n, beside / n, chance / n, queries);
    }
  }
}
