package dev.heed.data;

import dev.heed.tensor.HeedException;
import dev.heed.text.SpecialTokens;
import dev.heed.text.Tokenizer;
import java.util.Arrays;
import java.util.Objects;

/// A long sequence of token ids, in memory or in a mapped file. Any number of threads may read it.
public interface TokenData {
  /// How many ids there are.
  long size();

  /// Copies `count` ids from `from` on into `into`, from its element `at` on.
  void copy(long from, int[] into, int at, int count);

  /// Where documents begin.
  default Documents documents() {
    return Documents.NONE;
  }

  /// One more than the largest id.
  int vocabulary();

  /// The ids of an array, which is not copied.
  static TokenData of(int... ids) {
    return new InMemory(ids, Documents.NONE);
  }

  /// The ids of an array and where documents begin in it.
  static TokenData of(int[] ids, Documents documents) {
    return new InMemory(ids, documents);
  }

  /// The texts of a corpus one after the other, each followed by the token that ends a text where
  /// the tokenizer has one and there are several.
  static TokenData encode(Corpus corpus, Tokenizer tokenizer) {
    int[] all = new int[1024];
    int size = 0;
    long[] starts = new long[corpus.documents().size()];
    int count = 0;
    boolean several = starts.length > 1;
    for (Corpus.Document document : corpus.documents()) {
      int[] ids = ids(document, tokenizer);
      int end = several ? tokenizer.eos().orElse(-1) : -1;
      int more = ids.length + (end < 0 ? 0 : 1);
      if (more == 0) {
        continue;
      }
      starts[count++] = size;
      all = size + more > all.length ? Arrays.copyOf(all, 2 * (size + more)) : all;
      System.arraycopy(ids, 0, all, size, ids.length);
      size += more;
      if (end >= 0) {
        all[size - 1] = end;
      }
    }
    Documents documents = several ? new Documents(Arrays.copyOf(starts, count)) : Documents.NONE;
    return new InMemory(Arrays.copyOf(all, size), documents);
  }

  private static int[] ids(Corpus.Document document, Tokenizer tokenizer) {
    try {
      return tokenizer.encode(document.text(), SpecialTokens.WITHOUT).ids();
    } catch (HeedException e) {
      throw new DataException("data: %s: %s".formatted(document.name(), e.getMessage()), e);
    }
  }

  /// This data, if a model with a vocabulary of this many tokens can read it.
  default TokenData within(int modelVocabulary) {
    if (vocabulary() > modelVocabulary) {
      throw new DataException(
          "data: the id %d does not fit the model's vocabulary of %d; ids below it do, from the model's own tokenizer"
              .formatted(vocabulary() - 1, modelVocabulary));
    }
    return this;
  }

  /// The ids from `from` (inclusive) to `to` (exclusive), as a view.
  default TokenData slice(long from, long to) {
    Objects.checkFromToIndex(from, to, size());
    return new View(this, from, to - from, documents().slice(from, to));
  }

  /// The ids from `from` on, `count` of them.
  default int[] read(long from, int count) {
    int[] ids = new int[count];
    copy(from, ids, 0, count);
    return ids;
  }

  /// The ids of an array.
  @SuppressWarnings("ArrayRecordComponent")
  record InMemory(int[] ids, Documents documents) implements TokenData {
    public InMemory {
      for (int id : ids) {
        if (id < 0) {
          throw new DataException("data: %d is no id; ids from 0 on are".formatted(id));
        }
      }
    }

    @Override
    public long size() {
      return ids.length;
    }

    @Override
    public int vocabulary() {
      return Arrays.stream(ids).max().orElse(-1) + 1;
    }

    @Override
    public void copy(long from, int[] into, int at, int count) {
      Objects.checkFromIndexSize(from, count, ids.length);
      System.arraycopy(ids, (int) from, into, at, count);
    }
  }

  /// A part of other data.
  record View(TokenData data, long start, long size, Documents documents) implements TokenData {
    @Override
    public int vocabulary() {
      return data.vocabulary();
    }

    @Override
    public void copy(long from, int[] into, int at, int count) {
      Objects.checkFromIndexSize(from, count, size);
      data.copy(start + from, into, at, count);
    }
  }
}
