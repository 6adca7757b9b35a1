package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.lens.SyntacticRoles.Direction;
import dev.heed.lens.SyntacticRoles.Score;
import dev.heed.lens.Treebank.Arc;
import dev.heed.lens.Treebank.Sentence;
import dev.heed.model.LanguageModel;
import dev.heed.text.Span;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyntacticRolesTest {
  /// Three sentences of our own; the second has a contraction, an empty word and a sign of two
  /// chars, the last one word.
  private static final String SMALL =
      """
      # text = The cat sleeps.
      1\tThe\tthe\tDET\t_\t_\t2\tdet\t_\t_
      2\tcat\tcat\tNOUN\t_\t_\t3\tnsubj\t_\t_
      3\tsleeps\tsleep\tVERB\t_\t_\t0\troot\t_\tSpaceAfter=No
      4\t.\t.\tPUNCT\t_\t_\t3\tpunct\t_\t_

      1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_
      1\tDo\tdo\tAUX\t_\t_\t3\taux\t_\t_
      2\tn't\tnot\tPART\t_\t_\t3\tadvmod\t_\t_
      3\tfeed\tfeed\tVERB\t_\t_\t0\troot\t_\t_
      3.1\tyou\tyou\tPRON\t_\t_\t_\t_\t_\t_
      4\t😺\t😺\tSYM\t_\t_\t3\tobj:dir\t_\tSpaceAfter=No
      5\t!\t!\tPUNCT\t_\t_\t3\tpunct\t_\t_

      1\tWait\twait\tVERB\t_\t_\t0\troot\t_\t_
      """;

  @Test
  void parse_conllu_hasWordsAsTheyAreWritten() {
    Treebank treebank = Treebank.parse("small", SMALL);
    assertThat(treebank.sentences()).hasSize(3);
    assertThat(treebank.sentences().getFirst().text()).isEqualTo("The cat sleeps.");
    assertThat(treebank.sentences().getFirst().arcs())
        .containsExactly(new Arc(0, 1, "det"), new Arc(1, 2, "nsubj"), new Arc(3, 2, "punct"));
    Sentence second = treebank.sentences().get(1);
    assertThat(second.text()).isEqualTo("Don't feed 😺!");
    assertThat(second.words())
        .containsExactly(new Span(0, 5), new Span(6, 10), new Span(11, 12), new Span(12, 13));
    assertThat(second.arcs())
        .containsExactly(
            new Arc(0, 1, "aux"),
            new Arc(0, 1, "advmod"),
            new Arc(2, 1, "obj"),
            new Arc(3, 1, "punct"));
  }

  @ParameterizedTest
  @CsvSource({
    "'1|a|_|_|_|_|0|root|_', 'line 1: 9 columns'",
    "'2|a|_|_|_|_|0|root|_|_', 'word 2; 1 would fit'",
    "'1|a|_|_|_|_|4|root|_|_', 'line 2: head 4 of 1'",
    "'1|a|_|_|_|_|x|root|_|_', 'line 2'",
    "'# nothing', 'no sentence'"
  })
  void parse_whatIsNone_isNamed(String line, String message) {
    assertThatThrownBy(() -> Treebank.parse("bad", line.replace('|', '\t')))
        .isInstanceOf(LensException.class)
        .hasMessageStartingWith("bad")
        .hasMessageContaining(message);
  }

  /// Words 0 1 2 of tokens 0 | 1 2 | 3, after a token that is none.
  private static final int[] WORDS = {-1, 0, 1, 1, 2};

  private static final Sentence THREE =
      new Sentence(
          "a bc d",
          List.of(new Span(0, 1), new Span(2, 4), new Span(5, 6)),
          List.of(new Arc(1, 0, "x"), new Arc(2, 0, "y"), new Arc(0, 1, "z")));

  @Test
  void words_ofTokens_giveMeansOfSums() {
    Pattern pattern =
        Pattern.of(
            new float[] {1},
            new float[] {.5f, .5f},
            new float[] {.1f, .6f, .3f},
            new float[] {.1f, .2f, .3f, .4f},
            new float[] {.4f, .1f, .05f, .15f, .3f});
    double[][] weights = SyntacticRoles.WordMap.of(pattern, WORDS, 3).weights();
    assertThat(weights[1][0]).isCloseTo((.6 + .2) / 2, within(1e-7));
    assertThat(weights[2][0]).isCloseTo(.1, within(1e-7));
    assertThat(weights[2][1]).isCloseTo(.2, within(1e-7));
    // itself, and what is not seen
    assertThat(weights[1][1]).isNegative();
    assertThat(weights[0][2]).isNegative();
  }

  @Test
  void scores_ofTwoHeads_againstTheBestDistance() {
    // one looks back to word 0, the other to the word before
    Pattern first = map(1);
    Pattern before = map(2);
    SyntacticRoles.Sum sum = new SyntacticRoles.Sum();
    HeadId one = new HeadId(0, 0);
    HeadId other = new HeadId(0, 1);
    sum.add(one, first, WORDS, THREE);
    sum.add(other, before, WORDS, THREE);
    SyntacticRoles roles = new SyntacticRoles(1, 0, sum.scores());

    // x leads one word back and y two; z leads forward, to where nobody sees, but its head sees
    // back
    assertThat(roles.of(SyntacticRoles.ANY, Direction.TO_HEAD))
        .containsExactly(
            new Score(one, "any", Direction.TO_HEAD, 1, .5, -2, 2),
            new Score(other, "any", Direction.TO_HEAD, .5, .5, -2, 2));
    assertThat(roles.of("y", Direction.TO_HEAD).getLast().accuracy()).isZero();
    assertThat(roles.of("z", Direction.TO_HEAD)).isEmpty();
    assertThat(roles.of("z", Direction.TO_DEPENDENT))
        .extracting(Score::accuracy)
        .containsExactly(1.0, 1.0);
    assertThat(roles.best()).isEmpty();
    assertThat(new Score(one, "x", Direction.TO_HEAD, .75, .65, -1, 10).isSyntactic()).isTrue();
    assertThat(new Score(one, "x", Direction.TO_HEAD, .74, .65, -1, 10).isSyntactic()).isFalse();
    assertThat(new Score(one, "x", Direction.TO_HEAD, 1, .65, -1, 9).isSyntactic()).isFalse();
  }

  /// A causal map in which the last word gives most to the word of token `key`.
  private static Pattern map(int key) {
    float[] last = {.1f, .1f, .1f, .1f, .2f};
    last[key] += .4f;
    return Pattern.of(
        new float[] {1},
        new float[] {.5f, .5f},
        new float[] {0, .7f, .3f},
        new float[] {0, .7f, .1f, .2f},
        last);
  }

  @Test
  void of_model_readsItsTokensAsWords() {
    try (LanguageModel model = LanguageModel.embedded()) {
      Treebank treebank = Treebank.parse("small", SMALL);
      Lens lens = Lens.of(model, TestModels.WORKERS);
      SyntacticRoles roles =
          SyntacticRoles.of(lens, model.tokenizer(), treebank, OptionalInt.empty());
      assertThat(roles.sentences()).isEqualTo(3);
      assertThat(roles.leftOut()).isZero();
      // det, nsubj, aux and advmod lead forward, punct twice and obj back
      List<Score> back = roles.of(SyntacticRoles.ANY, Direction.TO_HEAD);
      assertThat(back).hasSize(24);
      assertThat(back.getFirst().pairs()).isEqualTo(3);
      assertThat(back.getFirst().distance()).isEqualTo(-1);
      assertThat(back.getFirst().baseline()).isCloseTo(2 / 3.0, within(1e-12));
      assertThat(roles.of("obj", Direction.TO_HEAD)).hasSize(24);
      assertThat(roles.of("det", Direction.TO_DEPENDENT)).hasSize(24);
      assertThat(roles.of("det", Direction.TO_HEAD)).isEmpty();
    }
  }
}
