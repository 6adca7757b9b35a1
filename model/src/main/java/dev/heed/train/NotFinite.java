package dev.heed.train;

import dev.heed.data.Batch;
import dev.heed.grad.Probe;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.model.Decoder;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/// Finds where numbers first cease to be finite: in the weights, on the way forward, or on the way
/// back.
final class NotFinite {
  private final Decoder decoder;
  private final List<Parameter> parameters;

  NotFinite(Decoder decoder, List<Parameter> parameters) {
    this.decoder = decoder;
    this.parameters = parameters;
  }

  /// The place, in words.
  String find(List<Batch> batches, List<Tensor> gradients, Run run) {
    return weight()
        .or(() -> forward(batches, run))
        .or(() -> backward(gradients))
        .orElse("every layer is finite in itself");
  }

  /// The first weight that is not finite, in words.
  Optional<String> weight() {
    return parameters.stream()
        .filter(parameter -> !finite(parameter.numbers(), 0, parameter.size()))
        .map(parameter -> "the weight '%s' is not finite".formatted(parameter.key()))
        .findFirst();
  }

  private Optional<String> forward(List<Batch> batches, Run run) {
    First first = new First();
    for (Batch batch : batches) {
      Tensor logits = decoder.forward(batch.inputs(), run.probed(first));
      first.see("logits", logits);
    }
    return first.place.map("the first numbers that are not finite are at %s"::formatted);
  }

  private Optional<String> backward(List<Tensor> gradients) {
    // the last parameter is the first on the way back
    for (int i = gradients.size() - 1; i >= 0; i--) {
      Tensor gradient = gradients.get(i);
      if (!finite(gradient.array(), gradient.offset(), gradient.size())) {
        return Optional.of(
            "the layers are finite, the gradient of '%s' is not"
                .formatted(parameters.get(i).key()));
      }
    }
    return Optional.empty();
  }

  private static boolean finite(float[] numbers, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (!Float.isFinite(numbers[i])) {
        return false;
      }
    }
    return true;
  }

  /// Remembers the first site with such a number. What is large and computed for a probe alone is
  /// not asked for; scores are not finite where the mask hides, besides.
  private static final class First implements Probe {
    private Optional<String> place = Optional.empty();

    @Override
    public boolean wants(Site site) {
      return place.isEmpty()
          && !site.path().endsWith("attn.attn_scores")
          && !site.path().endsWith("attn.pattern")
          && !site.path().endsWith("attn.result");
    }

    @Override
    public Tensor at(Site site, Tensor value) {
      see(site.path(), value);
      return value;
    }

    void see(String path, Tensor value) {
      if (place.isEmpty() && !finite(value.array(), value.offset(), value.size())) {
        place = Optional.of(path);
      }
    }
  }
}
