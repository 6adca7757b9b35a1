package dev.heed.attention.mixer;

/// The modes of one channel in steps, `Ā = e^(ΔA)` and `B̄ = (Ā - 1) / A`, and their gradients.
final class ChannelModes {
  final int modes;
  final double[] keepReal;
  final double[] keepImaginary;
  final double[] writeReal;
  final double[] writeImaginary;
  final double[] readReal;
  final double[] readImaginary;
  private final double[] rate;
  private final double[] frequency;
  private final double step;

  ChannelModes(DiagonalModes of, int channel) {
    modes = of.modes();
    int from = channel * modes;
    keepReal = new double[modes];
    keepImaginary = new double[modes];
    writeReal = new double[modes];
    writeImaginary = new double[modes];
    readReal = new double[modes];
    readImaginary = new double[modes];
    rate = new double[modes];
    frequency = new double[modes];
    step = Math.exp(of.step().floats()[channel]);
    for (int m = 0; m < modes; m++) {
      rate[m] = -Math.exp(of.rate().floats()[from + m]);
      frequency[m] = of.frequency().floats()[from + m];
      readReal[m] = of.real().floats()[from + m];
      readImaginary[m] = of.imaginary().floats()[from + m];
      double size = Math.exp(step * rate[m]);
      keepReal[m] = size * Math.cos(step * frequency[m]);
      keepImaginary[m] = size * Math.sin(step * frequency[m]);
      double square = rate[m] * rate[m] + frequency[m] * frequency[m];
      double above = keepReal[m] - 1;
      writeReal[m] = (above * rate[m] + keepImaginary[m] * frequency[m]) / square;
      writeImaginary[m] = (keepImaginary[m] * rate[m] - above * frequency[m]) / square;
    }
  }

  /// Gradients of one channel: `[0]` of what is kept, `[1]` of what is written, `[2]` of what is
  /// read; each real parts, then imaginary ones.
  double[][] newSums() {
    return new double[3][2 * modes];
  }

  /// Gradients of the learned numbers: rates, frequencies, readings in two parts, and the step,
  /// from those of [#newSums]. Of a function `f` of complex numbers the gradient is `conj(f') g`.
  double[] learned(double[][] sums) {
    double[] learned = new double[4 * modes + 1];
    for (int m = 0; m < modes; m++) {
      double square = rate[m] * rate[m] + frequency[m] * frequency[m];
      // Ā / A and B̄ / A
      double overReal = (keepReal[m] * rate[m] + keepImaginary[m] * frequency[m]) / square;
      double overImaginary = (keepImaginary[m] * rate[m] - keepReal[m] * frequency[m]) / square;
      double lessReal = (writeReal[m] * rate[m] + writeImaginary[m] * frequency[m]) / square;
      double lessImaginary = (writeImaginary[m] * rate[m] - writeReal[m] * frequency[m]) / square;
      double keptReal = sums[0][m];
      double keptImaginary = sums[0][modes + m];
      double writtenReal = sums[1][m];
      double writtenImaginary = sums[1][modes + m];
      double powerReal =
          keepReal[m] * keptReal
              + keepImaginary[m] * keptImaginary
              + overReal * writtenReal
              + overImaginary * writtenImaginary;
      double powerImaginary =
          keepReal[m] * keptImaginary
              - keepImaginary[m] * keptReal
              + overReal * writtenImaginary
              - overImaginary * writtenReal;
      double real = step * powerReal - (lessReal * writtenReal + lessImaginary * writtenImaginary);
      double imaginary =
          step * powerImaginary - (lessReal * writtenImaginary - lessImaginary * writtenReal);
      learned[m] = rate[m] * real;
      learned[modes + m] = imaginary;
      learned[2 * modes + m] = sums[2][m];
      learned[3 * modes + m] = sums[2][modes + m];
      learned[4 * modes] += step * (rate[m] * powerReal + frequency[m] * powerImaginary);
    }
    return learned;
  }
}
