package dev.heed.bench.curves;

import dev.heed.attention.Attend;
import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionSites;
import dev.heed.attention.HeadView;
import dev.heed.attention.Positions;
import dev.heed.attention.Source;
import dev.heed.attention.source.SourceCall;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.util.Map;

/// What approximates attention.
enum Methods {
  MEAN("mean of all values") {
    @Override
    float[] result(Texts texts, int size, Run run) {
      float[] mean = new float[texts.v().size()];
      int row = texts.v().axis(2);
      for (int n = 0; n < mean.length; n++) {
        int batch = n / row / Texts.LENGTH;
        double sum = 0;
        for (int t = 0; t < Texts.LENGTH; t++) {
          sum += texts.v().array()[(batch * Texts.LENGTH + t) * row + n % row];
        }
        mean[n] = (float) (sum / Texts.LENGTH);
      }
      return mean;
    }
  },
  NYSTROM("Nystrom") {
    @Override
    float[] result(Texts texts, int size, Run run) {
      return attend(Source.nystrom(size), texts, Map.of(), run).toArray();
    }
  },
  NYSTROM_EXACT("Nystrom, 20 iterations") {
    @Override
    float[] result(Texts texts, int size, Run run) {
      return attend(new Source.Nystrom(size, 20), texts, Map.of(), run).toArray();
    }
  },
  FAVOR("FAVOR+") {
    @Override
    float[] result(Texts texts, int size, Run run) {
      return Favor.result(texts, size, run);
    }
  },
  LINFORMER_RANDOM("Linformer, not trained") {
    @Override
    float[] result(Texts texts, int size, Run run) {
      return new Linformer(size).result(texts, run);
    }
  },
  LINFORMER("Linformer, trained") {
    @Override
    float[] result(Texts texts, int size, Run run) {
      Linformer linformer = new Linformer(size);
      linformer.train(texts.kind(), run);
      return linformer.result(texts, run);
    }
  };

  private final String title;

  Methods(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /// The approximation of a size, `[B, n, heads·width]`.
  abstract float[] result(Texts texts, int size, Run run);

  static float[] exact(Texts texts, Run run) {
    return attend(Source.self(), texts, Map.of(), run).toArray();
  }

  static Tensor attend(Source source, Texts texts, Map<String, Operand> learned, Run run) {
    Positions positions = Positions.range(0, Texts.LENGTH);
    AttentionInput input =
        AttentionInput.of(
            HeadView.split(texts.q(), Texts.HEADS),
            HeadView.split(texts.k(), Texts.HEADS),
            HeadView.split(texts.v(), Texts.HEADS),
            positions,
            positions);
    AttentionSites sites = AttentionSites.inBlock(0);
    return new SourceCall(source, Attention.full(), input, sites, learned)
        .attend(new Attend.Operands(texts.q(), texts.k(), texts.v()), run);
  }
}
