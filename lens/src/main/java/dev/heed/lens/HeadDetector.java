package dev.heed.lens;

import java.util.Set;

/// How well a pattern fits what a head of some kind would attend to, as `detect_head` of
/// TransformerLens scores it.
///
/// @param excluded weights that do not count; the pattern itself is never touched
public record HeadDetector(Measure measure, Set<Exclusion> excluded) {
  /// How weights are compared with what is expected, `M` of zeros and ones.
  public enum Measure {
    /// `Σ A M / Σ A`: the share of the weight that is where it is expected.
    MUL,
    /// `1 - Σ |A - M| / T`: 1 where nothing differs, below 0 where much does.
    ABS
  }

  /// What may be left out.
  public enum Exclusion {
    /// Weights of the first key, on which many heads rest.
    FIRST,
    /// Weights of a query's own place.
    CURRENT
  }

  public HeadDetector {
    excluded = Set.copyOf(excluded);
  }

  /// A detector that counts every weight.
  public HeadDetector(Measure measure) {
    this(measure, Set.of());
  }

  /// Where weight is expected.
  @FunctionalInterface
  public interface Target {
    boolean expects(int query, int key);
  }

  /// The score of a pattern; 0 where no weight counts.
  public double score(Pattern pattern, Target target) {
    double all = 0;
    double hit = 0;
    double off = 0;
    for (int q = 0; q < pattern.queries(); q++) {
      for (int k = 0; k < pattern.keys(); k++) {
        double weight = counts(pattern.ownKey(q), k) ? pattern.get(q, k) : 0;
        boolean expected = target.expects(q, k);
        all += weight;
        hit += expected ? weight : 0;
        off += Math.abs(weight - (expected ? 1 : 0));
      }
    }
    return switch (measure) {
      case MUL -> all == 0 ? 0 : hit / all;
      case ABS -> 1 - off / pattern.queries();
    };
  }

  private boolean counts(int own, int key) {
    return !(key == 0 && excluded.contains(Exclusion.FIRST))
        && !(key == own && excluded.contains(Exclusion.CURRENT));
  }
}
