package dev.heed.memory.lucene;

import org.apache.lucene.index.FloatVectorValues;

/// Keys that lie row after row in one array, as Lucene reads them. Each copy has a row of its own
/// to hand out.
final class KeyVectors extends FloatVectorValues {
  private final float[] numbers;
  private final int width;
  private final float[] row;

  KeyVectors(float[] numbers, int width) {
    this.numbers = numbers;
    this.width = width;
    this.row = new float[width];
  }

  @Override
  public float[] vectorValue(int number) {
    System.arraycopy(numbers, number * width, row, 0, width);
    return row;
  }

  @Override
  public KeyVectors copy() {
    return new KeyVectors(numbers, width);
  }

  @Override
  public int dimension() {
    return width;
  }

  @Override
  public int size() {
    return numbers.length / width;
  }
}
