package dev.heed.kernel;

/// Finds the offset `t` with which the weights of a row add up to 1, `Σ [x - t]₊^p = 1`, from the
/// measures `x <= 0` of its scores, the largest of which is 0.
///
/// Newton's method for `‖[x - t]₊‖_p = 1`, which is convex in `t`: from the left it never goes too
/// far, for equal scores it is there at once, and for `p = 1` it is Michelot's algorithm. The sums
/// come from whoever has lanes.
public final class ThresholdSearch {
  private static final int MOST_STEPS = 40;

  private final double power;
  private double offset;
  private int steps;

  /// @param count how many measures above -1 there are
  /// @param sum of these
  public ThresholdSearch(double power, int count, double sum) {
    this.power = power;
    // the mean of any of them bounds the offset from below, as -1 does
    this.offset = Math.max(-1, sum / count - Math.pow(count, -1 / power));
  }

  /// The offset so far.
  public double offset() {
    return offset;
  }

  /// Takes a step; returns whether another one is worth it.
  ///
  /// @param powers `Σ x^p` of `x = [measure - offset]₊`
  /// @param rates `Σ x^(p - 1)` of those `x` that are not 0
  public boolean step(double powers, double rates) {
    double norm = power == 1 ? powers : Math.pow(powers, 1 / power);
    double step = (norm - 1) * powers / (norm * rates);
    offset += step;
    return ++steps < MOST_STEPS && Math.abs(step) > 1e-6 * Math.abs(offset);
  }
}
