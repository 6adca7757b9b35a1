package dev.heed.grad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RouteTopKTest {
  private static final Workers WORKERS = Workers.of(1);
  private static final Run RUN = Run.inference(Kernels.scalar(), WORKERS);

  @Test
  void forward_twoOfFour_isTheSoftmaxOfTheTwoLargest() {
    Tensor logits = Tensor.of(new float[] {1, 3, -5, 2}, 1, 4);
    float[] weights = RUN.apply(new RouteTopK(logits, 2)).toArray();
    float share = (float) (1 / (1 + Math.exp(-1)));
    assertThat(weights).containsExactly(new float[] {0, share, 0, 1 - share}, Offset.offset(1e-6f));
  }

  @Test
  void forward_ties_takesTheFirst() {
    Tensor logits = Tensor.of(new float[] {0, 7, 7, 7, 0, 0}, 2, 3);
    assertThat(RUN.apply(new RouteTopK(logits, 1)).toArray()).containsExactly(0, 1, 0, 1, 0, 0);
  }

  @Test
  void forward_nan_namesTheExpert() {
    Tensor logits = Tensor.of(new float[] {1, Float.NaN, 2}, 1, 3);
    assertThatThrownBy(() -> RUN.apply(new RouteTopK(logits, 2)))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("expert 1 is NaN");
  }

  @Test
  void forward_infinity_namesTheExpert() {
    Tensor logits = Tensor.of(new float[] {1, Float.POSITIVE_INFINITY, 2}, 1, 3);
    assertThatThrownBy(() -> RUN.apply(new RouteTopK(logits, 2)))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("expert 1, is Infinity");
    Tensor closed = Tensor.of(new float[] {1, Float.NEGATIVE_INFINITY, 2}, 1, 3);
    assertThat(RUN.apply(new RouteTopK(closed, 3)).at(0, 1)).isZero();
  }

  @Test
  void create_moreThanThereAre_isRefused() {
    assertThatThrownBy(() -> new RouteTopK(Tensor.zeros(2, 3), 4))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("1 to 3 fit");
  }
}
