package dev.heed.kernel;

import java.util.List;

/// A function of scores and of where they stand, compiled to operations on whole rows of numbers;
/// [TileMachine] runs it.
///
/// Registers hold a number for each place: register 0 the scores, the next ones what is the same
/// everywhere, one number each, then what the steps write. A truth is 1 or 0.
///
/// @param uniforms how many numbers are the same everywhere
/// @param registers how many registers there are in all
/// @param results the registers of the results
public record TileCode(int uniforms, int registers, List<Step> steps, List<Integer> results) {
  public TileCode {
    steps = List.copyOf(steps);
    results = List.copyOf(results);
  }

  /// What a step does.
  public enum Operation {
    /// The position of the query.
    QUERY(0),
    /// The position of the key.
    KEY(0),
    /// The position of the query minus that of the key, exact however large they are.
    DISTANCE(0),
    /// The document of the query.
    QUERY_DOCUMENT(0),
    /// The document of the key.
    KEY_DOCUMENT(0),
    NEGATE(1),
    FLOOR(1),
    ABS(1),
    SIGN(1),
    EXP(1),
    LOG(1),
    TANH(1),
    ADD(2),
    SUBTRACT(2),
    MULTIPLY(2),
    DIVIDE(2),
    /// `a - b * floor(a / b)`.
    MOD(2),
    MIN(2),
    MAX(2),
    LESS(2),
    AT_MOST(2),
    EQUAL(2),
    /// The second where the first is not 0, else the third.
    CHOOSE(3);

    private final int operands;

    Operation(int operands) {
      this.operands = operands;
    }

    /// How many registers it reads.
    public int operands() {
      return operands;
    }
  }

  /// One operation on registers `a`, `b` and `c`, as many as it reads, which writes `to`.
  public record Step(Operation operation, int a, int b, int c, int to) {}
}
