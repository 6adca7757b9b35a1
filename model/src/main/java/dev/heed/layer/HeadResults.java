package dev.heed.layer;

import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.Optional;

/// The output projection of heads, seen by a probe at `attn.z`, what heads give, `[B, T, H·W]`, and
/// `attn.result`, what each adds to the residual stream, `[B, T, H, D]`.
///
/// Results of heads are large and computed for a probe that wants them alone; their sum is then
/// what goes on.
final class HeadResults {
  private HeadResults() {}

  /// @param z `[B, T, H·W]`
  /// @param output `[D, H·W]`
  /// @return `[B, T, D]`
  static Tensor project(Tensor z, Linear output, int heads, int block, Run run) {
    Tensor seen = run.at(Site.inBlock(block, "attn.z"), z);
    Site site = Site.inBlock(block, "attn.result");
    if (!run.probe().wants(site)) {
      return output.forward(seen, run);
    }
    if (run.tape().isPresent()) {
      throw new UnsupportedCombinationException(
          site.toString(), "a tape", "look at attn.z, or without a tape");
    }
    return summed(run.at(site, results(seen, output, heads, run)), output.bias());
  }

  /// Each head alone, the others zeros, through the whole projection.
  private static Tensor results(Tensor z, Linear output, int heads, Run run) {
    int all = z.axis(2);
    int width = all / heads;
    int rows = z.shape().rows();
    Tensor apart = Tensor.zeros(rows * heads, all);
    for (int row = 0; row < rows * heads; row++) {
      int at = row / heads * all + row % heads * width;
      System.arraycopy(
          z.array(), z.offset() + at, apart.array(), row * all + row % heads * width, width);
    }
    Tensor results = new Linear(output.weight()).forward(apart, run);
    return results.reshape(z.axis(0), z.axis(1), heads, output.out());
  }

  private static Tensor summed(Tensor results, Optional<Weight> bias) {
    int heads = results.axis(2);
    int width = results.axis(3);
    Tensor y = Tensor.zeros(Shape.of(results.axis(0), results.axis(1), width));
    float[] added = bias.isPresent() ? bias.get().floats() : new float[width];
    for (int i = 0; i < y.size(); i++) {
      double sum = added[i % width];
      for (int head = 0; head < heads; head++) {
        int row = i / width * heads + head;
        sum += results.array()[results.offset() + row * width + i % width];
      }
      y.array()[i] = (float) sum;
    }
    return y;
  }
}
