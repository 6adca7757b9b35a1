package dev.heed.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/// Learns which neighbours to merge: always those that stand together most often, of equals those
/// with the smaller ids.
///
/// Words are counted once and merged once for all their occurrences. A merge changes the counts of
/// the pairs around it alone, so each costs what the words cost that contain it, not what the text
/// does.
final class BytePairTrainer {
  private static final int BYTES = 256;

  /// Two pieces that become one.
  record Merge(String left, String right) {}

  private record Candidate(long pair, long count) {
    static final Comparator<Candidate> ORDER =
        Comparator.comparingLong(Candidate::count).reversed().thenComparingLong(Candidate::pair);
  }

  private static final class Pair {
    private long count;
    private int[] words = new int[2];
    private int used;

    void add(int word) {
      if (used > 0 && words[used - 1] == word) {
        return;
      }
      words = used == words.length ? Arrays.copyOf(words, 2 * used) : words;
      words[used++] = word;
    }
  }

  private final Map<String, long[]> counts = new HashMap<>();
  private final List<String> pieces = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final int[] byteIds = new int[BYTES];
  private final List<Merge> merges = new ArrayList<>();
  private final Set<Long> merged = new HashSet<>();
  private final Map<Long, Pair> pairs = new HashMap<>();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>(Candidate.ORDER);
  private final Set<Long> grown = new HashSet<>();
  private int[][] words = {};
  private int[] lengths = {};
  private long[] frequencies = {};

  /// @param specials the first pieces of the vocabulary, never merged
  BytePairTrainer(List<String> specials) {
    specials.forEach(this::piece);
    TreeMap<Character, Integer> alphabet = new TreeMap<>();
    for (int b = 0; b < BYTES; b++) {
      alphabet.put(Bytes.character(b), b);
    }
    alphabet.forEach((character, b) -> byteIds[b] = piece(character.toString()));
  }

  /// Counts the words of a text.
  void read(String text) {
    char[] units = Text.units(text);
    int[] found = WordScanner.GPT2.find(Aligned.original(units, 0, units.length), 0, units.length);
    for (int i = 0; i < found.length; i += 2) {
      String word = new String(units, found[i], found[i + 1] - found[i]);
      counts.computeIfAbsent(word, _ -> new long[1])[0]++;
    }
  }

  /// Merges until there are `size` pieces or no pair stands together `minimum` times.
  void train(int size, int minimum) {
    spell();
    pairs.forEach((pair, seen) -> queue.add(new Candidate(pair, seen.count)));
    while (pieces.size() < size) {
      Candidate best = queue.poll();
      if (best == null || best.count < minimum) {
        return;
      }
      Pair seen = pairs.get(best.pair);
      if (seen == null) {
        continue;
      }
      if (seen.count == best.count) {
        merge(best.pair);
      } else if (seen.count > 0) {
        queue.add(new Candidate(best.pair, seen.count));
      }
    }
  }

  /// The vocabulary in the order of its ids.
  List<String> pieces() {
    return Collections.unmodifiableList(pieces);
  }

  /// In the order in which they are to be done.
  List<Merge> merges() {
    return Collections.unmodifiableList(merges);
  }

  private int piece(String text) {
    return ids.computeIfAbsent(
        text,
        piece -> {
          pieces.add(piece);
          return pieces.size() - 1;
        });
  }

  // Words in their own order, so that the result does not hang on a hash.
  private void spell() {
    List<String> sorted = counts.keySet().stream().sorted().toList();
    words = new int[sorted.size()][];
    lengths = new int[words.length];
    frequencies = new long[words.length];
    for (int w = 0; w < words.length; w++) {
      char[] units = sorted.get(w).toCharArray();
      byte[] utf8 = Bpe.utf8(units, 0, units.length);
      words[w] = new int[utf8.length];
      for (int i = 0; i < utf8.length; i++) {
        words[w][i] = byteIds[utf8[i] & 0xff];
      }
      lengths[w] = utf8.length;
      frequencies[w] = counts.getOrDefault(sorted.get(w), new long[1])[0];
      for (int i = 1; i < utf8.length; i++) {
        change(words[w][i - 1], words[w][i], w, frequencies[w]);
      }
    }
    counts.clear();
    grown.clear();
  }

  private void merge(long pair) {
    int left = (int) (pair >>> 32);
    int right = (int) pair;
    Pair seen = pairs.remove(pair);
    int into = piece(pieces.get(left) + pieces.get(right));
    if (merged.add(pair)) {
      merges.add(new Merge(pieces.get(left), pieces.get(right)));
    }
    for (int i = 0; seen != null && i < seen.used; i++) {
      mergeWord(seen.words[i], left, right, into);
    }
    // what is left of the pair itself, as the middle of "aaa" was, is gone with it
    pairs.remove(pair);
    for (long other : grown) {
      Pair now = pairs.get(other);
      if (now != null && now.count > 0) {
        queue.add(new Candidate(other, now.count));
      }
    }
    grown.clear();
  }

  private void mergeWord(int w, int left, int right, int into) {
    int[] word = words[w];
    long times = frequencies[w];
    int length = lengths[w];
    int out = 0;
    int i = 0;
    while (i < length) {
      boolean here = i + 1 < length && word[i] == left && word[i + 1] == right;
      if (here && out > 0) {
        change(word[out - 1], left, w, -times);
        change(word[out - 1], into, w, times);
      }
      if (here && i + 2 < length) {
        change(right, word[i + 2], w, -times);
        change(into, word[i + 2], w, times);
      }
      word[out++] = here ? into : word[i];
      i += here ? 2 : 1;
    }
    lengths[w] = out;
  }

  private void change(int left, int right, int word, long by) {
    long key = (long) left << 32 | right;
    Pair pair = pairs.computeIfAbsent(key, _ -> new Pair());
    pair.count += by;
    if (by > 0) {
      pair.add(word);
      grown.add(key);
    }
  }
}
