package dev.heed.cli;

import dev.heed.attention.Attend;
import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionSites;
import dev.heed.attention.CacheShape;
import dev.heed.attention.HeadView;
import dev.heed.attention.Need;
import dev.heed.attention.Source;
import dev.heed.attention.source.ExactIndex;
import dev.heed.attention.source.NeighbourMemory;
import dev.heed.attention.source.SourceCall;
import dev.heed.cli.conform.Tensors;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.LinkedHashMap;
import java.util.Map;

/// A call of attention to keys and values from elsewhere, over the tensors of a file.
record SourceTensors(Source source, Tensors tensors) {
  /// The result `out`, `[B, H, T, W]`.
  Map<String, Weight> attend(Attention attention, AttentionInput given, Run run) {
    Tensor q = together(given.q());
    Tensor k = together(given.k());
    Tensor v = together(given.v());
    AttentionInput input = sideBySide(given, q, k, v);
    Map<String, Operand> learned = new LinkedHashMap<>();
    for (Need need : source.needs(input.shape())) {
      if (tensors.has(need.name())) {
        learned.put(need.name(), tensors.tensor(need.name()));
      }
    }
    Map<String, Operand> numbers = new LinkedHashMap<>();
    for (Need need : attention.needs(given.shape())) {
      numbers.put(need.name(), tensors.tensor(need.name()));
    }
    SourceCall call = new SourceCall(source, attention, input, AttentionSites.inBlock(0), learned);
    Attend.Operands of = new Attend.Operands(q, k, v, numbers);
    Tensor y =
        source instanceof Source.Memory
            ? call.recall(call.ofText().attend(of, run), q, memory(run), run)
            : call.attend(of, run);
    Tensor out = apart(HeadView.split(y, input.shape().heads()));
    return Map.of("out", Weight.of("out", out.array(), out.shape().toArray()));
  }

  private NeighbourMemory memory(Run run) {
    HeadView k = tensors.heads("memory_k");
    HeadView v = tensors.heads("memory_v");
    HeadView.Axes axes = k.axes();
    NeighbourMemory memory =
        new NeighbourMemory(
            new CacheShape(axes.batch(), axes.heads(), axes.width(), v.axes().width()),
            (axes.length() + 3) / 4 * 4,
            ExactIndex.factory(run.kernels().lookup()));
    memory.add(k, v);
    return memory;
  }

  /// The same call, whose heads lie side by side.
  private static AttentionInput sideBySide(AttentionInput of, Tensor q, Tensor k, Tensor v) {
    int groups = of.shape().groups();
    AttentionInput input =
        AttentionInput.of(
                HeadView.split(q, of.shape().heads()),
                HeadView.split(k, groups),
                HeadView.split(v, groups),
                of.qPos(),
                of.kPos())
            .withParameters(of.parameters());
    if (of.docQ().isPresent()) {
      input = input.withDocuments(of.docQ().get(), of.docK().orElseThrow());
    }
    if (of.lengths().isPresent()) {
      input = input.withLengths(of.lengths().get());
    }
    if (of.visible().isPresent()) {
      input = input.withVisible(of.visible().get());
    }
    return of.random().isPresent() ? input.withRandom(of.random().get()) : input;
  }

  /// `[B, H, T, E]` as `[B, T, H·E]`.
  private static Tensor together(HeadView from) {
    HeadView.Axes axes = from.axes();
    Tensor to = Tensor.zeros(axes.batch(), axes.length(), axes.heads() * axes.width());
    copy(from, HeadView.split(to, axes.heads()));
    return to;
  }

  /// `[B, T, H·W]` as `[B, H, T, W]`.
  private static Tensor apart(HeadView from) {
    HeadView.Axes axes = from.axes();
    Tensor to = Tensor.zeros(axes.batch(), axes.heads(), axes.length(), axes.width());
    copy(from, HeadView.of(to));
    return to;
  }

  private static void copy(HeadView from, HeadView to) {
    HeadView.Axes axes = from.axes();
    for (int b = 0; b < axes.batch(); b++) {
      for (int h = 0; h < axes.heads(); h++) {
        for (int t = 0; t < axes.length(); t++) {
          System.arraycopy(
              from.array(), from.row(b, h, t), to.array(), to.row(b, h, t), axes.width());
        }
      }
    }
  }
}
