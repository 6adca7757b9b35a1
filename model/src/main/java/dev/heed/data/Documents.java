package dev.heed.data;

import java.util.Arrays;

/// Where the documents in a sequence of tokens begin.
///
/// @param starts ascending, the first is 0; empty where nothing is known of documents
@SuppressWarnings("ArrayRecordComponent")
public record Documents(long[] starts) {
  /// One text, or nothing known.
  public static final Documents NONE = new Documents(new long[0]);

  public Documents {
    for (int i = 0; i < starts.length; i++) {
      if (i == 0 ? starts[i] != 0 : starts[i] <= starts[i - 1]) {
        throw new DataException(
            "documents: number %d begins at token %d; beginnings ascend from 0"
                .formatted(i, starts[i]));
      }
    }
  }

  /// How many there are; 0 where nothing is known.
  public int count() {
    return starts.length;
  }

  /// The number of the document that a token belongs to.
  public int at(long token) {
    int found = Arrays.binarySearch(starts, token);
    return found >= 0 ? found : -found - 2;
  }

  /// The documents of the tokens from `from` to `to`, which may cut the first and the last.
  public Documents slice(long from, long to) {
    if (starts.length == 0 || from == to) {
      return NONE;
    }
    int first = at(from);
    int last = at(to - 1);
    long[] part = new long[last - first + 1];
    for (int i = 1; i < part.length; i++) {
      part[i] = starts[first + i] - from;
    }
    return new Documents(part);
  }
}
