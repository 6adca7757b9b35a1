package dev.heed.attention.mixer;

/// One step of the modes of a channel, and back. A state is real parts, then imaginary ones.
final class ModeSteps {
  private ModeSteps() {}

  /// `h = Ā h + B̄ x`.
  static void step(ChannelModes of, double[] state, double x) {
    int modes = of.modes;
    for (int m = 0; m < modes; m++) {
      double real = state[m];
      double imaginary = state[modes + m];
      state[m] = of.keepReal[m] * real - of.keepImaginary[m] * imaginary + of.writeReal[m] * x;
      state[modes + m] =
          of.keepImaginary[m] * real + of.keepReal[m] * imaginary + of.writeImaginary[m] * x;
    }
  }

  /// `2 Re Σ C h`.
  static double read(ChannelModes of, double[] state) {
    double sum = 0;
    for (int m = 0; m < of.modes; m++) {
      sum += of.readReal[m] * state[m] - of.readImaginary[m] * state[of.modes + m];
    }
    return 2 * sum;
  }

  /// Adds to the gradient of a state what comes by reading it, and to that of what is read.
  static void readBackward(
      ChannelModes of, double[] state, double dy, double[] dState, double[][] sums) {
    int modes = of.modes;
    for (int m = 0; m < modes; m++) {
      sums[2][m] += 2 * dy * state[m];
      sums[2][modes + m] -= 2 * dy * state[modes + m];
      dState[m] += 2 * dy * of.readReal[m];
      dState[modes + m] -= 2 * dy * of.readImaginary[m];
    }
  }

  /// Makes of the gradient of a state that of the state before, adds to those of what is kept and
  /// written, and gives that of the input.
  static double stepBackward(
      ChannelModes of, double[] before, double x, double[] dState, double[][] sums) {
    int modes = of.modes;
    double dx = 0;
    for (int m = 0; m < modes; m++) {
      double real = dState[m];
      double imaginary = dState[modes + m];
      sums[0][m] += real * before[m] + imaginary * before[modes + m];
      sums[0][modes + m] += imaginary * before[m] - real * before[modes + m];
      sums[1][m] += real * x;
      sums[1][modes + m] += imaginary * x;
      dx += of.writeReal[m] * real + of.writeImaginary[m] * imaginary;
      dState[m] = of.keepReal[m] * real + of.keepImaginary[m] * imaginary;
      dState[modes + m] = of.keepReal[m] * imaginary - of.keepImaginary[m] * real;
    }
    return dx;
  }
}
