package dev.heed.lens;

import dev.heed.grad.CrossEntropy;
import dev.heed.grad.Gradients;
import dev.heed.grad.Run;
import dev.heed.grad.TapeMemory;
import dev.heed.grad.Tokens;
import dev.heed.layer.Block;
import dev.heed.layer.SelfAttention;
import dev.heed.model.Decoder;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How much the loss would change, at first, if a head were turned down: `|Σ z · dL/dz|`, the mean
/// over texts, [Michel et al. 2019](https://arxiv.org/abs/1905.10650) equation 2. It takes one pass
/// forward and one back a text for all heads.
///
/// @param byHead of every head of a [SelfAttention], nats
public record HeadImportance(Map<HeadId, Double> byHead) {
  public HeadImportance {
    byHead = new TreeMap<>(byHead);
  }

  /// Of the loss of foreseeing texts.
  public static HeadImportance of(Lens lens, List<int[]> texts) {
    if (texts.isEmpty() || texts.stream().anyMatch(text -> text.length < 2)) {
      throw new LensException(
          "importance: %d texts, each to be of 2 tokens at least".formatted(texts.size()));
    }
    texts.forEach(text -> lens.check(Tokens.of(text)));
    Gated gated = Gated.of(lens.decoder());
    Map<HeadId, Double> sums = new TreeMap<>();
    for (int[] text : texts) {
      gated
          .slopes(text, lens.run())
          .forEach((head, slope) -> sums.merge(head, Math.abs(slope) / texts.size(), Double::sum));
    }
    return new HeadImportance(sums);
  }

  /// Divided by the norm of each layer's, as the paper does before it compares heads of different
  /// layers.
  public HeadImportance normalized() {
    Map<Integer, Double> squares = new TreeMap<>();
    byHead.forEach((head, value) -> squares.merge(head.layer(), value * value, Double::sum));
    Map<HeadId, Double> scaled = new TreeMap<>();
    byHead.forEach((head, value) -> {
      double norm = Math.sqrt(squares.getOrDefault(head.layer(), 0.0));
      scaled.put(head, norm == 0 ? 0 : value / norm);
    });
    return new HeadImportance(scaled);
  }

  /// The heads, the least important first.
  public List<HeadId> leastFirst() {
    return byHead.entrySet().stream()
        .sorted(Map.Entry.<HeadId, Double>comparingByValue(Comparator.naturalOrder()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /// The least important heads, of which every layer keeps its most important one.
  public List<HeadId> least(int count) {
    Map<Integer, Integer> left = new TreeMap<>();
    byHead.keySet().forEach(head -> left.merge(head.layer(), 1, Integer::sum));
    List<HeadId> least = new ArrayList<>();
    for (HeadId head : leastFirst()) {
      if (least.size() < count && left.getOrDefault(head.layer(), 0) > 1) {
        least.add(head);
        left.merge(head.layer(), -1, Integer::sum);
      }
    }
    if (count < 1 || least.size() < count) {
      throw new LensException(
          "importance: %d of %d heads cannot go; 1 to %d would fit, each layer keeps one"
              .formatted(count, byHead.size(), byHead.size() - left.size()));
    }
    return least;
  }

  /// A decoder whose heads have gates: the slope of the loss in a gate is what is asked for.
  private record Gated(Decoder decoder, Map<Integer, Weight> gates) {
    static Gated of(Decoder decoder) {
      Map<Integer, Weight> gates = new LinkedHashMap<>();
      List<Block> blocks = new ArrayList<>(decoder.blocks());
      for (int layer = 0; layer < blocks.size(); layer++) {
        if (blocks.get(layer).mixer().layer() instanceof SelfAttention attention) {
          SelfAttention open = gated(attention);
          gates.put(layer, open.learned().get(SelfAttention.GATE));
          Block block = blocks.get(layer);
          blocks.set(layer, new Block(block.mixer().withLayer(open), block.feedForward()));
        }
      }
      if (gates.isEmpty()) {
        throw new LensException("importance: the model has no self-attention");
      }
      return new Gated(decoder.withBlocks(blocks), gates);
    }

    private static SelfAttention gated(SelfAttention attention) {
      int heads = attention.heads().queries();
      float[] open = new float[heads];
      Arrays.fill(open, 1);
      Weight had = attention.learned().get(SelfAttention.GATE);
      Map<String, Weight> learned = new LinkedHashMap<>(attention.learned());
      float[] numbers = had == null ? open : had.toFloats();
      learned.put(SelfAttention.GATE, Weight.of("gate", numbers, heads));
      return attention.withLearned(learned);
    }

    /// The slope of the loss of a text in the size of each head's result.
    Map<HeadId, Double> slopes(int[] text, Run base) {
      Run run = base.taped(new TapeMemory());
      Gradients gradients = Gradients.of(gates.values());
      int[] targets = Arrays.copyOfRange(text, 1, text.length);
      Tokens inputs = Tokens.of(Arrays.copyOf(text, targets.length));
      Tensor logits = decoder.forward(inputs, run);
      Tensor loss =
          run.apply(new CrossEntropy(logits, Tokens.of(targets), CrossEntropy.Settings.PLAIN));
      run.tape().orElseThrow().backward(loss, gradients, run);
      Map<HeadId, Double> slopes = new TreeMap<>();
      gates.forEach((layer, gate) -> {
        Tensor slope = gradients.find(gate).orElseThrow();
        for (int head = 0; head < slope.size(); head++) {
          slopes.put(new HeadId(layer, head), (double) slope.at(head) * gate.floats()[head]);
        }
      });
      return slopes;
    }
  }
}
