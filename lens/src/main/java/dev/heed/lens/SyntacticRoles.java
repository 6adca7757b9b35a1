package dev.heed.lens;

import dev.heed.checkpoint.Json;
import dev.heed.lens.Treebank.Arc;
import dev.heed.lens.Treebank.Sentence;
import dev.heed.text.Encoding;
import dev.heed.text.Span;
import dev.heed.text.SpecialTokens;
import dev.heed.text.Tokenizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/// Whether heads look along the dependencies of sentences: how often the word that a head gives
/// most weight is the one that a relation leads to, against looking always as many words away.
/// [Voita et al. 2019](https://arxiv.org/abs/1905.09418) section 5.2, [Clark et al.
/// 2019](https://arxiv.org/abs/1906.04341) section 4.
///
/// What a word gives a word is the mean over the tokens of the one of the sum over those of the
/// other; a word itself and tokens that are no part of words are left out. Relations count where
/// one end sees all of the other: in a model that reads from left to right, those that lead back.
///
/// @param sentences that were read
/// @param leftOut those that are longer than the context
public record SyntacticRoles(int sentences, int leftOut, List<Score> scores) {
  /// A head is syntactic where it is right this much more often than the best fixed distance.
  public static final double ABOVE_BASELINE = .1;

  /// The relation that stands for all of them together; to heads, it is the unlabelled attachment
  /// score.
  public static final String ANY = "any";

  private static final int LEAST = 10;

  /// Which end of a relation looks.
  public enum Direction {
    /// A dependent for its head.
    TO_HEAD,
    /// A head for its dependent.
    TO_DEPENDENT;

    /// In words, as commands print it.
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /// How a head does with a relation.
  ///
  /// @param accuracy the share of pairs whose other end gets most of its weight
  /// @param baseline the share that the best fixed distance finds
  /// @param distance that distance, in words, negative to the left
  /// @param pairs that count
  public record Score(
      HeadId head,
      String relation,
      Direction direction,
      double accuracy,
      double baseline,
      int distance,
      long pairs) {
    /// Whether it is right often enough, of enough pairs to tell.
    public boolean isSyntactic() {
      return pairs >= LEAST && accuracy >= baseline + ABOVE_BASELINE;
    }

    /// All of it.
    public Json.Obj json() {
      return Json.object()
          .with("head", head.toString())
          .with("relation", relation)
          .with("direction", direction.text())
          .with("accuracy", accuracy)
          .with("baseline", baseline)
          .with("distance", distance)
          .with("pairs", pairs)
          .with("syntactic", isSyntactic());
    }
  }

  public SyntacticRoles {
    scores = List.copyOf(scores);
  }

  /// Of all heads of a model.
  ///
  /// @param beginning the token that texts begin with, where the model wants one
  public static SyntacticRoles of(
      Lens lens, Tokenizer tokenizer, Treebank treebank, OptionalInt beginning) {
    Sum sum = new Sum();
    int leftOut = 0;
    for (Sentence sentence : treebank.sentences()) {
      Encoding encoding = tokenizer.encode(sentence.text(), SpecialTokens.WITHOUT);
      int first = beginning.isPresent() ? 1 : 0;
      int[] ids = new int[first + encoding.size()];
      beginning.ifPresent(id -> ids[0] = id);
      System.arraycopy(encoding.ids(), 0, ids, first, encoding.size());
      if (ids.length > lens.decoder().context() || ids.length == 0) {
        leftOut++;
        continue;
      }
      Trace trace = lens.trace(ids, Sites.matching("blocks.*.attn.pattern"));
      int[] words = words(sentence, encoding, first);
      for (String site : trace.sites()) {
        SiteShape shape = lens.sites().get(site);
        for (int head = 0; head < shape.heads(); head++) {
          HeadId id = new HeadId(shape.layer(), head);
          sum.add(id, trace.pattern(id.layer(), head), words, sentence);
        }
      }
    }
    return new SyntacticRoles(
        treebank.sentences().size() - leftOut, leftOut, new ArrayList<>(sum.scores()));
  }

  /// The word that each token belongs to: the one with which it shares most, the first of several;
  /// -1 of none.
  ///
  /// @param before tokens put before those of the encoding
  static int[] words(Sentence sentence, Encoding encoding, int before) {
    int[] words = new int[before + encoding.size()];
    for (int token = 0; token < words.length; token++) {
      words[token] = -1;
      int most = 0;
      for (int word = 0; token >= before && word < sentence.words().size(); word++) {
        int shared = shared(sentence.words().get(word), encoding.offset(token - before));
        if (shared > most) {
          most = shared;
          words[token] = word;
        }
      }
    }
    return words;
  }

  private static int shared(Span one, Span other) {
    return Math.min(one.end(), other.end()) - Math.max(one.start(), other.start());
  }

  /// The scores of a relation, the best head first.
  public List<Score> of(String relation, Direction direction) {
    return scores.stream()
        .filter(score -> score.relation.equals(relation) && score.direction == direction)
        .sorted(Comparator.comparingDouble(score -> -score.accuracy))
        .toList();
  }

  /// The best head for each relation and direction that has enough pairs.
  public List<Score> best() {
    Map<String, Score> best = new LinkedHashMap<>();
    for (Score score : scores) {
      if (score.pairs >= LEAST) {
        best.merge(
            score.relation + score.direction,
            score,
            (one, other) -> other.accuracy > one.accuracy ? other : one);
      }
    }
    return List.copyOf(best.values());
  }

  /// All of it.
  public Json.Obj json() {
    return Json.object()
        .with("sentences", sentences)
        .with("leftOut", leftOut)
        .with("scores", Json.of(scores.stream().map(Score::json).toList()));
  }

  /// Adds up sentence after sentence.
  static final class Sum {
    private final Map<String, Map<Direction, Map<HeadId, Count>>> counts = new TreeMap<>();

    /// What is counted of a head and a relation.
    private static final class Count {
      private final Map<Integer, Long> distances = new TreeMap<>();
      private long pairs;
      private long right;

      Score score(HeadId head, String relation, Direction direction) {
        int best = 0;
        for (Map.Entry<Integer, Long> each : distances.entrySet()) {
          best = each.getValue() > distances.getOrDefault(best, 0L) ? each.getKey() : best;
        }
        double baseline = (double) distances.getOrDefault(best, 0L) / pairs;
        return new Score(head, relation, direction, (double) right / pairs, baseline, best, pairs);
      }
    }

    /// Takes in a sentence as a head reads it.
    ///
    /// @param words the word of each token, -1 for none
    void add(HeadId head, Pattern pattern, int[] words, Sentence sentence) {
      WordMap map = WordMap.of(pattern, words, sentence.words().size());
      for (Arc arc : sentence.arcs()) {
        for (Direction direction : Direction.values()) {
          boolean up = direction == Direction.TO_HEAD;
          int from = up ? arc.dependent() : arc.head();
          int to = up ? arc.head() : arc.dependent();
          if (map.sees(from, to)) {
            for (String relation : List.of(arc.relation(), ANY)) {
              count(head, relation, direction, to - from, map.most(from) == to);
            }
          }
        }
      }
    }

    private void count(
        HeadId head, String relation, Direction direction, int distance, boolean right) {
      Count count =
          counts
              .computeIfAbsent(relation, _ -> new EnumMap<>(Direction.class))
              .computeIfAbsent(direction, _ -> new TreeMap<>())
              .computeIfAbsent(head, _ -> new Count());
      count.pairs++;
      count.right += right ? 1 : 0;
      count.distances.merge(distance, 1L, Long::sum);
    }

    List<Score> scores() {
      List<Score> scores = new ArrayList<>();
      counts.forEach((relation, directions) ->
          directions.forEach((direction, heads) ->
              heads.forEach((head, count) -> scores.add(count.score(head, relation, direction)))));
      return scores;
    }
  }

  /// What words give words.
  ///
  /// @param weights `[words, words]`, negative where not all of a word is seen by all of the
  ///   other's last token, and of a word and itself
  record WordMap(double[][] weights) {
    static WordMap of(Pattern pattern, int[] words, int count) {
      double[][] weights = new double[count][count];
      int[] tokens = new int[count];
      boolean[][] hidden = new boolean[count][count];
      for (int q = 0; q < words.length; q++) {
        if (words[q] >= 0) {
          tokens[words[q]]++;
          boolean[] unseen = new boolean[count];
          hidden[words[q]] = unseen;
          for (int k = 0; k < words.length; k++) {
            if (words[k] >= 0) {
              int key = pattern.ownKey(k);
              weights[words[q]][words[k]] += pattern.get(q, key);
              unseen[words[k]] |= !pattern.sees(q, key);
            }
          }
        }
      }
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < count; j++) {
          boolean there = tokens[i] > 0 && tokens[j] > 0 && i != j && !hidden[i][j];
          weights[i][j] = there ? weights[i][j] / tokens[i] : -1;
        }
      }
      return new WordMap(weights);
    }

    boolean sees(int from, int to) {
      return weights[from][to] >= 0;
    }

    /// The word that gets most, the first of several.
    int most(int from) {
      int most = 0;
      for (int to = 1; to < weights.length; to++) {
        most = weights[from][to] > weights[from][most] ? to : most;
      }
      return most;
    }
  }
}
