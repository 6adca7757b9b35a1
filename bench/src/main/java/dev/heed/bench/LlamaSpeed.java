package dev.heed.bench;

import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.MemorySpeed;
import dev.heed.kernel.Workers;
import dev.heed.model.Decoder;
import dev.heed.model.DecoderCache;
import dev.heed.tensor.DataType;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;

/// How fast does a 125 M Llama with random weights decode 64 tokens and read a prompt of 256, in
/// each format, on one thread and on two, beside llama.cpp and the speed of this machine's memory?
///
/// `java --add-modules jdk.incubator.vector -cp bench/target/bench.jar dev.heed.bench.LlamaSpeed`
///
/// Arguments: names of formats; default are F32, BF16, F16, Q8_0 and Q4_0.
final class LlamaSpeed {
  private static final LlamaShape SHAPE = LlamaShape.SMALL;
  private static final int PROMPT = 256;
  private static final int NEW_TOKENS = 64;
  private static final int REPEATS = 5;
  private static final boolean CPU = "cpu".equals(System.getProperty("clock"));
  private static final List<DataType> USUAL =
      List.of(DataType.F32, DataType.BF16, DataType.F16, DataType.Q8_0, DataType.Q4_0);

  private final Decoder decoder;
  private final Run run;
  private final DecoderCache cache;
  private float heed;

  private LlamaSpeed(Decoder decoder, Workers workers) {
    this.decoder = decoder;
    this.run = Run.inference(Kernels.best(), workers);
    this.cache = decoder.newCache(1, PROMPT + NEW_TOKENS);
  }

  /// Seconds to read `count` tokens at once, and to compute the logits after the last.
  private double read(int count) {
    int[] ids = new int[count];
    for (int i = 0; i < count; i++) {
      ids[i] = (i * 7919 + cache.length()) % SHAPE.vocabulary();
    }
    long begin = clock();
    Workspace.Mark mark = run.workspace().mark();
    Tensor hidden = decoder.hidden(Tokens.of(ids), cache, run).reshape(count, SHAPE.width());
    Tensor logits = decoder.logits(hidden.slice(count - 1, count), run);
    heed += logits.array()[logits.offset()];
    run.workspace().release(mark);
    return (clock() - begin) / 1e9;
  }

  /// Nanoseconds: of the wall, or with `-Dclock=cpu` those of this thread on a core, which a busy
  /// machine disturbs less; then only the figures of one thread mean anything.
  private static long clock() {
    return CPU ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() : System.nanoTime();
  }

  private double prompt() {
    cache.truncate(0);
    return PROMPT / read(PROMPT);
  }

  private double decode() {
    cache.truncate(0);
    double seconds = 0;
    for (int i = 0; i < NEW_TOKENS; i++) {
      seconds += read(1);
    }
    return NEW_TOKENS / seconds;
  }

  private static double[] sorted(int repeats, java.util.function.DoubleSupplier measure) {
    double[] values = new double[repeats];
    for (int i = 0; i < repeats; i++) {
      values[i] = measure.getAsDouble();
    }
    Arrays.sort(values);
    return values;
  }

  public static void main(String[] args) {
    List<DataType> types =
        args.length == 0 ? USUAL : Arrays.stream(args).map(DataType::valueOf).toList();
    System.out.printf(
        "kernels: %s (%s)%n%s%n",
        Kernels.best().name(),
        Kernels.best().reason(),
        "tokens/s: median, best of %d, ratio of the median to llama.cpp's".formatted(REPEATS));
    for (DataType type : types) {
      try (Arena arena = Arena.ofShared()) {
        Decoder decoder = RandomLlama.of(SHAPE, type, arena);
        MemorySegment probe = arena.allocate(256L << 20, 64).fill((byte) 1);
        for (int threads = 1; threads <= (CPU ? 1 : 2); threads++) {
          report(type, decoder, probe, threads);
        }
      }
    }
  }

  private static void report(DataType type, Decoder decoder, MemorySegment probe, int threads) {
    try (Workers workers = Workers.of(threads)) {
      LlamaSpeed speed = new LlamaSpeed(decoder, workers);
      sorted(2, speed::prompt);
      sorted(2, speed::decode);
      double[] memory = sorted(REPEATS, () -> MemorySpeed.read(probe, workers));
      double[] decode = sorted(REPEATS, speed::decode);
      double[] prompt = sorted(REPEATS, speed::prompt);
      Peer peer = Peer.LLAMA_CPP.get(type);
      double bytes = (double) type.bytes(SHAPE.numbersPerToken());
      System.out.printf(
          "%-5s %d thread  decode %6.1f (%6.1f) %5.2f, %4.1f GB/s of memory's %4.1f   prompt %7.1f (%7.1f) %5.2f%n",
          type,
          threads,
          median(decode),
          decode[REPEATS - 1],
          median(decode) / peer.decode(threads),
          median(decode) * bytes / 1e9,
          memory[REPEATS - 1],
          median(prompt),
          prompt[REPEATS - 1],
          median(prompt) / peer.prompt(threads));
      if (Float.isNaN(speed.heed)) {
        throw new IllegalStateException("logits are NaN");
      }
    }
  }

  private static double median(double[] sorted) {
    return sorted[sorted.length / 2];
  }
}
