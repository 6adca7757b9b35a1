package dev.heed.cli;

import dev.heed.attention.ArrangeHeads;
import dev.heed.attention.ForgetSums;
import dev.heed.attention.GateHeads;
import dev.heed.attention.Positions;
import dev.heed.attention.Rotary;
import dev.heed.attention.RotaryScaling;
import dev.heed.attention.Rotate;
import dev.heed.grad.Activate;
import dev.heed.grad.Activation;
import dev.heed.grad.Add;
import dev.heed.grad.ClampedGate;
import dev.heed.grad.CombineRows;
import dev.heed.grad.CrossEntropy;
import dev.heed.grad.Dropout;
import dev.heed.grad.Gather;
import dev.heed.grad.LayerNormalize;
import dev.heed.grad.Moment;
import dev.heed.grad.Multiply;
import dev.heed.grad.Project;
import dev.heed.grad.Recompute;
import dev.heed.grad.RmsNormalize;
import dev.heed.grad.RouteTopK;
import dev.heed.grad.Scale;
import dev.heed.grad.SoftCap;
import dev.heed.grad.TakeRows;
import dev.heed.grad.Tokens;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What `heed gradcheck` checks: every operation in every form that it has.
final class GradCheckCases {
  private static final int BATCH = 2;
  private static final int LENGTH = 9;
  private static final int WIDTH = 20;
  private static final float EPSILON = 1e-5f;

  private final Numbers numbers = new Numbers(1);
  private final List<GradCheckCase> cases = new ArrayList<>();

  private GradCheckCases() {}

  static List<GradCheckCase> all() {
    GradCheckCases made = new GradCheckCases();
    made.elements();
    made.rows();
    made.losses();
    made.experts();
    made.cases.addAll(AttentionGradCases.all());
    made.cases.addAll(MixerGradCases.all());
    made.cases.addAll(SourceGradCases.all());
    return made.cases;
  }

  /// Random numbers, the same every time.
  static final class Numbers {
    private final CounterRandom random;
    private int drawn;

    Numbers(long seed) {
      random = CounterRandom.of(seed);
    }

    Tensor tensor(int... shape) {
      Tensor tensor = Tensor.zeros(shape);
      CounterRandom own = random.stream(drawn++);
      for (int i = 0; i < tensor.size(); i++) {
        tensor.array()[i] = (float) own.normal(i);
      }
      return tensor;
    }

    Weight weight(String name, int... shape) {
      return Weight.of(name, tensor(shape).array(), shape);
    }

    Tokens tokens(int batch, int length, int below) {
      CounterRandom own = random.stream(drawn++);
      int[] ids = new int[batch * length];
      Arrays.setAll(ids, i -> own.below(below, i));
      return new Tokens(ids, batch, length);
    }
  }

  private Tensor x() {
    return numbers.tensor(BATCH, LENGTH, WIDTH);
  }

  /// Numbers that no step carries over the bend of a function at zero.
  private Tensor awayFromZero() {
    Tensor x = x();
    for (int i = 0; i < x.size(); i++) {
      x.array()[i] += Math.copySign(0.25f, x.array()[i]);
    }
    return x;
  }

  private void elements() {
    Tensor x = x();
    cases.add(GradCheckCase.of("two operands", new Add(x, x())));
    cases.add(GradCheckCase.of("one operand twice", new Add(x, x)));
    cases.add(GradCheckCase.of("two operands", new Multiply(x, x())));
    cases.add(GradCheckCase.of("one operand twice", new Multiply(x, x)));
    cases.add(GradCheckCase.of("factor -1.75", new Scale(x, -1.75f)));
    cases.add(GradCheckCase.of("mean", new Moment(x, 0, 1)));
    cases.add(GradCheckCase.of("second, about 1", new Moment(x, 1, 2)));
    cases.add(GradCheckCase.of("cap 1.5", new SoftCap(x, 1.5f)));
    for (Activation activation : Activation.values()) {
      Tensor smooth = activation == Activation.RELU ? awayFromZero() : x;
      cases.add(GradCheckCase.of(activation.toString(), new Activate(smooth, activation)));
    }
    cases.add(GradCheckCase.of("probability 0.3", new Dropout(x, 0.3f, CounterRandom.of(3))));
  }

  /// The steps of a mixture of experts. Logits lie far enough apart for no step to change who is
  /// asked.
  private void experts() {
    Tensor logits = numbers.tensor(BATCH, 4, 5);
    for (int n = 0; n < logits.size(); n++) {
      logits.array()[n] = 0.2f * (n * 7 % 5) + 0.05f * logits.array()[n] / 4;
    }
    cases.add(GradCheckCase.of("2 of 5 experts", new RouteTopK(logits, 2)));
    cases.add(GradCheckCase.of("a row twice", new TakeRows(x(), 3, 0, 3, 17)));
    CombineRows.Part first = new CombineRows.Part(numbers.tensor(3, WIDTH), 1, 0, 5, 7);
    CombineRows.Part second = new CombineRows.Part(numbers.tensor(2, WIDTH), 4, 5, 2);
    Tensor weights = numbers.tensor(BATCH, 4, 5);
    cases.add(GradCheckCase.of("two experts", new CombineRows(List.of(first, second), weights)));
    Tensor gate = x();
    gate.array()[3] = 9;
    Tensor linear = x();
    linear.array()[5] = -8;
    cases.add(GradCheckCase.of("some beyond the limit", new ClampedGate(gate, linear)));
  }

  private void rows() {
    Tensor x = x();
    Weight w = numbers.weight("w", 13, WIDTH);
    Weight gain = numbers.weight("gain", WIDTH);
    Weight shift = numbers.weight("bias", WIDTH);
    Weight headGain = numbers.weight("gain", 5);
    Weight bias = numbers.weight("bias", 13);
    cases.add(GradCheckCase.of("with bias", new Project(x, w, Optional.of(bias))));
    cases.add(GradCheckCase.of("without bias", new Project(x, w, Optional.empty())));
    Tensor few = numbers.tensor(BATCH, 3, WIDTH);
    cases.add(GradCheckCase.of("few rows", new Project(few, w, Optional.of(bias))));
    cases.add(
        new GradCheckCase(
            Recompute.class,
            "a block with dropout",
            List.of(x, w, bias),
            run ->
                Recompute.apply(
                    x,
                    (in, inner) -> {
                      Tensor y = inner.apply(new Project(in, w, Optional.of(bias)));
                      return Dropout.apply(y, 0.3f, inner.training(CounterRandom.of(4)));
                    },
                    run)));
    cases.add(GradCheckCase.of("rows", new LayerNormalize(x, gain, shift, EPSILON)));
    cases.add(GradCheckCase.of("rows", new RmsNormalize(x, gain, EPSILON)));
    cases.add(GradCheckCase.of("heads", new RmsNormalize(x, headGain, EPSILON)));
    Tensor before = numbers.tensor(BATCH, WIDTH);
    cases.add(GradCheckCase.of("forget gates", new ForgetSums(x, Optional.of(before))));
    Tensor uneven = numbers.tensor(BATCH, LENGTH, 9);
    List<Float> factors = List.of(0.5f, 2f, -1f);
    cases.add(
        GradCheckCase.of(
            "heads of unequal width",
            new ArrangeHeads(uneven, List.of(2, 4, 3), List.of(4, 3, 3), factors)));
    cases.add(GradCheckCase.of("gates of heads", new GateHeads(x, headGain)));
    Weight table = numbers.weight("table", 11, WIDTH);
    Tokens ids = numbers.tokens(BATCH, LENGTH, 11);
    cases.add(GradCheckCase.of("rows, some twice", new Gather(table, ids)));
    for (Rotary.Layout layout : Rotary.Layout.values()) {
      Rotary rotary = new Rotary(layout, 4, 1e4, RotaryScaling.none());
      Positions positions = Positions.range(5, LENGTH);
      cases.add(
          GradCheckCase.of(
              layout + ", part of a head", new Rotate(x, 4, rotary.angles(positions))));
    }
  }

  private void losses() {
    Tensor x = x();
    int[] ids = numbers.tokens(BATCH, LENGTH, WIDTH).ids();
    ids[4] = -1;
    ids[11] = -100;
    Tokens targets = new Tokens(ids, BATCH, LENGTH);
    cases.add(GradCheckCase.of("two targets ignored", new CrossEntropy(x, targets)));
    CrossEntropy.Settings smooth = new CrossEntropy.Settings(0.1f, 0);
    cases.add(GradCheckCase.of("label smoothing", new CrossEntropy(x, targets, smooth)));
    CrossEntropy.Settings small = new CrossEntropy.Settings(0.1f, 0.01f);
    cases.add(GradCheckCase.of("smoothing and z-loss", new CrossEntropy(x, targets, small)));
  }
}
