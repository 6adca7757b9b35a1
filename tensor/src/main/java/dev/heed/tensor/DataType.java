package dev.heed.tensor;

/// How a [Weight] stores its numbers: plain, or in blocks of a row that share a scale (the block
/// formats of GGUF).
public enum DataType {
  F64(1, 8),
  F32(1, 4),
  F16(1, 2),
  BF16(1, 2),
  I64(1, 8),
  I32(1, 4),
  I16(1, 2),
  I8(1, 1),
  U8(1, 1),
  BOOL(1, 1),
  Q4_0(32, 18),
  Q4_1(32, 20),
  Q5_0(32, 22),
  Q5_1(32, 24),
  Q8_0(32, 34),
  Q2_K(256, 84),
  Q3_K(256, 110),
  Q4_K(256, 144),
  Q5_K(256, 176),
  Q6_K(256, 210);

  private final int blockLength;
  private final int blockBytes;

  DataType(int blockLength, int blockBytes) {
    this.blockLength = blockLength;
    this.blockBytes = blockBytes;
  }

  /// Numbers in a block; 1 for the plain types.
  public int blockLength() {
    return blockLength;
  }

  /// Bytes of a block.
  public int blockBytes() {
    return blockBytes;
  }

  /// Bytes of `count` numbers in a row; `count` must be a multiple of [#blockLength].
  public long bytes(long count) {
    if (count % blockLength != 0) {
      throw new ShapeException(
          "%s: a row of %d numbers is not a multiple of its block of %d"
              .formatted(this, count, blockLength));
    }
    return Math.multiplyExact(count / blockLength, (long) blockBytes);
  }
}
