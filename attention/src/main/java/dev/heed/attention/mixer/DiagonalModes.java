package dev.heed.attention.mixer;

import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Weight;
import java.util.List;

/// What S4D learns of each channel: `M` modes `A = -e^rate + i frequency`, what is read of each,
/// and a step, [Gu et al. 2022](https://arxiv.org/abs/2206.11893) section 3. All are array weights.
///
/// @param rate `[D, M]`
/// @param frequency `[D, M]`
/// @param real the real part of what is read, `[D, M]`
/// @param imaginary its imaginary part, `[D, M]`
/// @param step the logarithm of the step, `[D]`
public record DiagonalModes(
    Weight rate, Weight frequency, Weight real, Weight imaginary, Weight step) {
  public DiagonalModes {
    Shape shape = rate.shape();
    boolean fit =
        shape.rank() == 2
            && frequency.shape().equals(shape)
            && real.shape().equals(shape)
            && imaginary.shape().equals(shape)
            && step.shape().equals(Shape.of(shape.axis(0)));
    if (!fit) {
      throw new ShapeException(
          "modes: rates %s, frequencies %s, readings %s and %s, steps %s do not fit; [D, M] four times and [D] would"
              .formatted(shape, frequency.shape(), real.shape(), imaginary.shape(), step.shape()));
    }
  }

  List<Weight> all() {
    return List.of(rate, frequency, real, imaginary, step);
  }

  public int channels() {
    return rate.shape().axis(0);
  }

  public int modes() {
    return rate.shape().axis(1);
  }
}
