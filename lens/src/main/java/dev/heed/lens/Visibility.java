package dev.heed.lens;

import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Which query may see which key: a bit each, a set for each head of each text. Heads that see the
/// same share a set.
///
/// @param sets `[B · H]`, of `T · S` bits
record Visibility(List<BitSet> sets) {
  Visibility {
    sets = List.copyOf(sets);
  }

  /// What scores leave visible: everything that is not -∞.
  ///
  /// @param scores `[B, H, T, S]`
  static Visibility of(Tensor scores) {
    int heads = scores.axis(0) * scores.axis(1);
    int size = heads == 0 ? 0 : scores.size() / heads;
    List<BitSet> sets = new ArrayList<>();
    for (int head = 0; head < heads; head++) {
      BitSet set = new BitSet(size);
      int at = scores.offset() + head * size;
      for (int i = 0; i < size; i++) {
        if (scores.array()[at + i] != Float.NEGATIVE_INFINITY) {
          set.set(i);
        }
      }
      sets.add(!sets.isEmpty() && sets.getLast().equals(set) ? sets.getLast() : set);
    }
    return new Visibility(sets);
  }
}
