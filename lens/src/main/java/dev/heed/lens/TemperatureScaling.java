package dev.heed.lens;

import dev.heed.lens.Calibration.Outcomes;

/// A temperature that was fitted on the first half of some predictions, to be judged on the second:
/// [Guo et al. 2017](https://arxiv.org/abs/1706.04599) section 4.2.
///
/// @param judged predictions that it has not seen
public record TemperatureScaling(double temperature, Outcomes judged) {
  /// Of at least two predictions.
  public static TemperatureScaling of(Outcomes all) {
    int count = all.logits().size();
    if (count < 2) {
      throw new LensException(
          "temperature: %d predictions; 2 would fit, one to fit it on and one to judge it"
              .formatted(count));
    }
    return new TemperatureScaling(
        Calibration.temperature(all.part(0, count / 2)), all.part(count / 2, count));
  }

  /// Of the second half, with logits divided by some temperature.
  public Calibration at(double other) {
    return Calibration.of(judged, other);
  }
}
