package dev.heed.layer;

import dev.heed.attention.AttentionInput;
import dev.heed.attention.Cache;
import dev.heed.attention.HeadView;
import dev.heed.attention.Positions;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// How the sums of forget gates reach a call, from the tokens themselves or from a cache.
final class ForgetGates {
  /// The parameters of the modifier `forget`.
  static final String OF_QUERIES = "forget.q";

  static final String OF_KEYS = "forget.k";

  private ForgetGates() {}

  /// The input with sums, where there are any.
  static AttentionInput given(Map<String, ? extends Operand> sums, AttentionInput input) {
    AttentionInput all = input;
    for (Map.Entry<String, ? extends Operand> each : sums.entrySet()) {
      all = all.withParameter(each.getKey(), (Tensor) each.getValue());
    }
    return all;
  }

  /// The sums of queries, and of all keys once those of the queries are kept too.
  static Map<String, Tensor> kept(
      Map<String, Operand> sums, Optional<Cache> cache, Positions positions) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    if (cache.isPresent() && sums.get(OF_QUERIES) instanceof Tensor own) {
      HeadView rows = HeadView.of(own.reshape(own.axis(0), own.axis(1), own.axis(2), 1));
      all.put(OF_QUERIES, own);
      all.put(OF_KEYS, sums(cache.get().append(rows, rows, positions)));
    }
    return all;
  }

  /// What is held, `[B, H, S]`.
  private static Tensor sums(Cache.Contents contents) {
    HeadView rows = contents.k().whole();
    HeadView.Axes axes = rows.axes();
    Tensor all = Tensor.zeros(axes.batch(), axes.heads(), axes.length());
    for (int n = 0; n < all.size(); n++) {
      int head = n / axes.length();
      int at = rows.row(head / axes.heads(), head % axes.heads(), n % axes.length());
      all.array()[n] = rows.array()[at];
    }
    return all;
  }

  /// The sums up to the last position that is held, `[B, H]`.
  static Optional<Tensor> last(Cache cache) {
    if (cache.length() == 0) {
      return Optional.empty();
    }
    Cache.Contents contents = cache.contents();
    Tensor all = sums(contents);
    Tensor last = Tensor.zeros(all.axis(0), all.axis(1));
    for (int n = 0; n < last.size(); n++) {
      int b = n / all.axis(1);
      int latest = 0;
      for (int s = 1; s < all.axis(2); s++) {
        latest = contents.kPos().at(b, s) > contents.kPos().at(b, latest) ? s : latest;
      }
      last.array()[n] = all.array()[n * all.axis(2) + latest];
    }
    return Optional.of(last);
  }
}
