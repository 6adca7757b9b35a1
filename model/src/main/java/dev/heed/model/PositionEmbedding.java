package dev.heed.model;

import dev.heed.attention.Positions;
import dev.heed.attention.Sinusoid;
import dev.heed.grad.Gather;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;

/// What is added to the embedding of a token to say where it stands.
public sealed interface PositionEmbedding {
  /// @param ids `[B, T]`, of which the lengths alone matter
  /// @param at where they stand
  /// @return `[B, T, D]`
  Tensor forward(Tokens ids, Positions at, Run run);

  /// A row of a table for each position, and none beyond it.
  ///
  /// @param table `[context, D]`
  record Learned(Weight table) implements PositionEmbedding {
    @Override
    public Tensor forward(Tokens ids, Positions at, Run run) {
      int[] rows = new int[ids.batch() * ids.length()];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = at.at(i / ids.length(), i % ids.length());
        if (rows[i] >= table.shape().axis(0)) {
          throw new ShapeException(
              "embed: position %d is beyond the table of %d positions; shorten the text"
                  .formatted(rows[i], table.shape().axis(0)));
        }
      }
      return run.apply(new Gather(table, new Tokens(rows, ids.batch(), ids.length())));
    }
  }

  /// Sines and cosines, [Vaswani et al. 2017](https://arxiv.org/abs/1706.03762) section 3.5, which
  /// have a value at every position.
  ///
  /// @param scale what they are multiplied by
  record Waves(Sinusoid sinusoid, float scale) implements PositionEmbedding {
    @Override
    public Tensor forward(Tokens ids, Positions at, Run run) {
      float[] rows = sinusoid.rows(at).toArray();
      Tensor all = Tensor.zeros(ids.batch(), ids.length(), sinusoid.width());
      for (int i = 0; i < all.size(); i++) {
        all.array()[i] = scale * rows[i % rows.length];
      }
      return all;
    }
  }
}
