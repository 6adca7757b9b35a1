package dev.heed.bench;

import dev.heed.tensor.DataType;
import java.util.Map;

/// Tokens per second of llama.cpp (February 2025, AVX-512) on two cores of a 2.8 GHz server, for
/// [LlamaShape#SMALL] with random weights, on one thread and on two.
record Peer(double decodeOne, double decodeTwo, double promptOne, double promptTwo) {
  static final Map<DataType, Peer> LLAMA_CPP =
      Map.of(
          DataType.F32, new Peer(24, 47, 352, 601),
          DataType.BF16, new Peer(40, 70, 289, 573),
          DataType.F16, new Peer(37, 65, 252, 482),
          DataType.Q8_0, new Peer(55, 102, 255, 486),
          DataType.Q4_0, new Peer(85, 147, 379, 721));

  double decode(int threads) {
    return threads == 1 ? decodeOne : decodeTwo;
  }

  double prompt(int threads) {
    return threads == 1 ? promptOne : promptTwo;
  }
}
