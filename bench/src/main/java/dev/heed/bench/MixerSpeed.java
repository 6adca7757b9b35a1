package dev.heed.bench;

import dev.heed.attention.Attend;
import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionSites;
import dev.heed.attention.HeadView;
import dev.heed.attention.Positions;
import dev.heed.attention.mixer.Decay;
import dev.heed.attention.mixer.FeatureMap;
import dev.heed.attention.mixer.KernelAttention;
import dev.heed.attention.mixer.StateInput;
import dev.heed.attention.mixer.StateMixer;
import dev.heed.attention.mixer.StateShape.Heads;
import dev.heed.attention.mixer.Write;
import dev.heed.grad.Run;
import dev.heed.grad.TapeMemory;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/// From what length on is a mixer with a state faster than dense causal attention, and is its time
/// linear in the length? One thread, 8 heads of width 64, processor time per position.
///
/// `java --add-modules jdk.incubator.vector -cp bench/target/bench.jar dev.heed.bench.MixerSpeed
/// 0.3`
///
/// with seconds a case. A round measures every mixer and attention once, so that other work on the
/// machine falls on all; the median of the rounds counts.
public final class MixerSpeed {
  private static final int HEADS = 8;
  private static final int WIDTH = 64;
  private static final int[] LENGTHS = {128, 256, 512, 1024, 2048, 4096, 8192};
  private static final String DENSE = "attention";

  private final Random random = new Random(1);
  private final TapeMemory memory = new TapeMemory();
  private final Run plain;
  private final Tensor q;
  private final Tensor k;
  private final Tensor v;
  private final Tensor heads;
  private final Tensor channels;
  private final Tensor strength;

  private MixerSpeed(Workers workers, int length) {
    plain = Run.inference(Kernels.best(), workers);
    q = tensor(length, HEADS * WIDTH);
    k = tensor(length, HEADS * WIDTH);
    v = tensor(length, HEADS * WIDTH);
    heads = logs(tensor(length, HEADS));
    channels = logs(tensor(length, HEADS * WIDTH));
    strength = tensor(length, HEADS);
    Arrays.fill(strength.array(), 0.5f);
  }

  private Tensor tensor(int length, int width) {
    Tensor tensor = Tensor.zeros(1, length, width);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.array()[i] = (float) (0.3 * random.nextGaussian());
    }
    return tensor;
  }

  private static Tensor logs(Tensor x) {
    for (int i = 0; i < x.size(); i++) {
      x.array()[i] = -Math.abs(x.array()[i]) / 4;
    }
    return x;
  }

  private Map<String, Function<Run, Tensor>> mixers() {
    StateInput input = StateInput.of(q, k, v, Heads.all(HEADS));
    StateMixer linear = StateMixer.linear();
    StateMixer delta = linear.withWrite(Write.DELTA);
    FeatureMap identity = FeatureMap.identity();
    Map<String, Function<Run, Tensor>> all = new LinkedHashMap<>();
    all.put(DENSE, this::dense);
    all.put("elu+1, normalized", mixer(KernelAttention.normalized(FeatureMap.eluPlusOne()), input));
    StateMixer retention = linear.withDecay(Decay.retention(HEADS));
    all.put("retention", mixer(KernelAttention.plain(identity, retention), input));
    StateMixer gated = linear.withDecay(Decay.perHead());
    StateInput fading = input.withDecay(heads).withStrength(strength);
    all.put("gate per head, Mamba-2", mixer(KernelAttention.plain(identity, gated), fading));
    StateMixer fine = linear.withDecay(Decay.perChannel());
    StateInput finely = input.withDecay(channels);
    all.put("gate per channel", mixer(KernelAttention.plain(identity, fine), finely));
    FeatureMap unit = FeatureMap.unit();
    StateInput strong = input.withStrength(strength);
    all.put("delta rule", mixer(KernelAttention.plain(unit, delta), strong));
    StateMixer both = delta.withDecay(Decay.perHead());
    all.put("gated delta rule", mixer(KernelAttention.plain(unit, both), fading));
    return all;
  }

  private static Function<Run, Tensor> mixer(KernelAttention attention, StateInput input) {
    return run -> attention.forward(input, run);
  }

  private Tensor dense(Run run) {
    Positions positions = Positions.range(0, q.axis(1));
    AttentionInput input =
        AttentionInput.of(
            HeadView.split(q, HEADS),
            HeadView.split(k, HEADS),
            HeadView.split(v, HEADS),
            positions,
            positions);
    Attend.Operands operands = new Attend.Operands(q, k, v, Map.of());
    return run.apply(
        Attend.trainable(Attention.causal(), input, AttentionSites.inBlock(0), operands));
  }

  private void forward(Function<Run, Tensor> mixer) {
    var mark = plain.workspace().mark();
    Tensor _ = mixer.apply(plain);
    plain.workspace().release(mark);
  }

  private void both(Function<Run, Tensor> mixer) {
    Run taped = plain.taped(memory);
    Tensor y = mixer.apply(taped);
    Tensor dy = Tensor.over(v.array(), 0, y.shape());
    taped.tape().orElseThrow().backward(y, dy, taped);
  }

  /// Processor seconds of each mixer: the median of rounds.
  private Map<String, Double> measure(double seconds, boolean back) {
    Map<String, Function<Run, Tensor>> mixers = mixers();
    Map<String, double[]> times = new LinkedHashMap<>();
    mixers.keySet().forEach(name -> times.put(name, new double[1000]));
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    long end = System.nanoTime() + (long) (seconds * 1e9 * mixers.size());
    int rounds = 0;
    while ((System.nanoTime() < end || rounds < 3) && rounds < 1000) {
      int round = rounds++;
      mixers.forEach((name, mixer) -> {
        long start = clock.getCurrentThreadCpuTime();
        if (back) {
          both(mixer);
        } else {
          forward(mixer);
        }
        times.get(name)[round] = (clock.getCurrentThreadCpuTime() - start) / 1e9;
      });
    }
    Map<String, Double> medians = new LinkedHashMap<>();
    int count = rounds;
    times.forEach((name, all) -> {
      Arrays.sort(all, 0, count);
      medians.put(name, all[count / 2]);
    });
    return medians;
  }

  public static void main(String[] arguments) {
    double seconds = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 0.3;
    try (Workers workers = Workers.of(1)) {
      MixerSpeed warm = new MixerSpeed(workers, 512);
      warm.measure(1, false);
      warm.measure(1, true);
      report("forward", workers, seconds, false);
      report("forward and backward", workers, seconds, true);
    }
  }

  private static void report(String what, Workers workers, double seconds, boolean back) {
    Map<String, Integer> from = new LinkedHashMap<>();
    for (int length : LENGTHS) {
      Map<String, Double> medians = new MixerSpeed(workers, length).measure(seconds, back);
      double dense = medians.get(DENSE);
      StringBuilder line = new StringBuilder();
      medians.forEach((name, time) -> {
        boolean faster = !name.equals(DENSE) && time < dense;
        if (faster) {
          from.putIfAbsent(name, length);
        } else {
          from.remove(name);
        }
        line.append(
            String.format(
                Locale.ROOT, "  %s %.2f (%.2f)", name, time / length * 1e6, dense / time));
      });
      System.out.printf("%s, %d positions, µs each (times as fast):%s%n", what, length, line);
    }
    System.out.printf("%s, faster than dense attention from: %s%n", what, from);
  }
}
