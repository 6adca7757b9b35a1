package dev.heed.attention.source;

/// The largest of scores that come one by one, with their numbers, in falling order; of equal ones
/// the first that came. A score that is NaN comes before all others, so that it is not lost.
final class Best {
  private float[] scores = new float[0];
  private int[] numbers = new int[0];
  private int most;
  private int count;

  /// Begins anew, for up to `most` scores.
  void begin(int most) {
    if (scores.length < most) {
      scores = new float[most];
      numbers = new int[most];
    }
    this.most = most;
    this.count = 0;
  }

  void add(float score, int number) {
    if (most == 0 || (count == most && Float.compare(score, scores[count - 1]) <= 0)) {
      return;
    }
    int at = count < most ? count++ : count - 1;
    while (at > 0 && Float.compare(score, scores[at - 1]) > 0) {
      scores[at] = scores[at - 1];
      numbers[at] = numbers[at - 1];
      at--;
    }
    scores[at] = score;
    numbers[at] = number;
  }

  int count() {
    return count;
  }

  float score(int rank) {
    return scores[rank];
  }

  int number(int rank) {
    return numbers[rank];
  }

  /// Copies the numbers, and returns how many there are.
  int numbers(int[] to) {
    System.arraycopy(numbers, 0, to, 0, count);
    return count;
  }
}
