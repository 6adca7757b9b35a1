package dev.heed.attention.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.expression.Pointwise.At;
import dev.heed.attention.expression.Pointwise.Reads;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "causal&window( 256 )|global(4); causal & window(256) | global(4)",
        "causal & (window(4) | global(3)); causal & (window(4) | global(3))",
        "!causal; !causal",
        "!(causal | prefix(2)); !(causal | prefix(2))",
        "((j<=i)); j <= i",
        "(i - j) mod 3 == 0; (i - j) mod 3 = 0",
        "i-j-2*3/h > -abs(-i) + 1e-3; i - j - 2 * 3 / h > -abs(-i) + 0.001",
        "i-(j-1)!=min(i,max(j,4)); i - (j - 1) != min(i, max(j, 4))",
        "doc_q = doc_k & floor(i/8)=floor(j/8); doc_q = doc_k & floor(i / 8) = floor(j / 8)",
        "random(3,64,7)|random(2,8,-1,0) & random(1,2,3,4); random(3, 64, 7) | random(2, 8, -1) & random(1, 2, 3, 4)",
        "grid(28,3)&causal | fixed(128,8); grid(28, 3) & causal | fixed(128, 8)",
        "strided(128) | previous(4) & given; strided(128) | previous(4) & given",
        "true | false; true | false",
        "(causal & padding) & document; (causal & padding) & document"
      })
  void truth_text_printsCanonically(String text, String printed) {
    assertThat(Parser.truth(text)).hasToString(printed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "s - w * log(1 + abs(i - j)); s - w * log(1 + abs(i - j))",
        "-(3); -(3)",
        "2 - -3; 2 - -3",
        "-(-i); --i",
        "if(j<=i&w>0, s, -1e9) ; if(j <= i & w > 0, s, -1000000000)",
        "sign(s)*if(causal,1,2); sign(s) * if(causal, 1, 2)",
        "exp(tanh(s)) mod 2; exp(tanh(s)) mod 2"
      })
  void number_text_printsCanonically(String text, String printed) {
    Numeric number = Parser.number(text, Set.of("w"));
    assertThat(number).hasToString(printed);
    assertThat(Parser.number(number.toString(), Set.of("w"))).isEqualTo(number);
  }

  @Test
  void truth_orOfAnd_bindsAndTighter() {
    assertThat(Parser.truth("causal | prefix(1) & !document"))
        .isEqualTo(
            new Truth.Or(
                java.util.List.of(
                    new Truth.Causal(),
                    new Truth.And(
                        java.util.List.of(
                            new Truth.Prefix(1), new Truth.Not(new Truth.Document()))))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "causal &; 8; the end",
        "causal window(3); 7; 'window'",
        "window(2.5); 7; a whole number",
        "window(99999999999); 7; a whole number",
        "window(i); 7; a whole number",
        "window; 6; '('",
        "chunk(0); 0; at least 1",
        "fixed(8); 7; ','",
        "fixed(8, 9); 0; from 1 to the first",
        "random(3, 8); 11; ','",
        "random(300, 8, 1); 0; 1 to 256",
        "random(1, 8, 1, 2, 3); 17; ')'",
        "grid(8, -1); 0; the radius",
        "caussal; 0; one of causal",
        "i + 1; 0; a truth",
        "!i < j; 1; a truth",
        "causal + 1; 0; a number",
        "abs(causal) < 1; 4; a number",
        "0 <= i < 3; 7; not chained",
        "s > 0; 0; one of",
        "i # j; 2; the character '#'",
        "if(i, 1, 2) < 3; 3; a truth",
        "if(causal, 1) < 3; 12; ','",
        "if < 3; 3; '('",
        "i < 1e; 4; a number such as",
        "i < 1..2; 6; an operator",
        "(causal; 7; ')'",
        "; 0; the end",
        "i < 1e999; 4; a number such as",
        "max(i) < 2; 5; ','"
      })
  void truth_malformed_namesPositionAndWhatFits(String text, int position, String part) {
    String written = text == null ? "" : text;
    assertThatThrownBy(() -> Parser.truth(written))
        .isInstanceOfSatisfying(
            ExpressionException.class, e -> assertThat(e.position()).isEqualTo(position))
        .hasMessageContaining(part);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "!", "-", "abs(", "i-(", "i<("})
  void truth_deepNesting_isRefused(String opening) {
    assertThatThrownBy(() -> Parser.truth(opening.repeat(3000)))
        .isInstanceOf(ExpressionException.class);
  }

  @Test
  void truth_longChains_areReadOrRefused() {
    Truth chain = Parser.truth("causal" + " | prefix(3)".repeat(1000));
    assertThat(Parser.truth(chain.toString())).isEqualTo(chain);
    assertThatThrownBy(() -> Parser.truth("i" + "+1".repeat(1000) + "<3"))
        .isInstanceOf(ExpressionException.class)
        .hasMessageContaining("at most 100");
    assertThatThrownBy(() -> Parser.truth("causal" + " | causal".repeat(5000)))
        .isInstanceOf(ExpressionException.class)
        .hasMessageContaining("characters are too many");
  }

  @Test
  void number_parameterThatMeansSomething_isRefused() {
    assertThatThrownBy(() -> Parser.number("i", Set.of("i")))
        .isInstanceOf(ExpressionException.class)
        .hasMessageContaining("'i'");
  }

  @Test
  void truth_printedAndReadAgain_isEqual() {
    Random random = new Random(5);
    for (int n = 0; n < 3000; n++) {
      Truth truth = Pointwise.truth(random, 6, Reads.EVERYTHING);
      assertThat(Parser.truth(truth.toString())).isEqualTo(truth);
    }
  }

  @Test
  void truth_mutatedText_isReadOrNamed() {
    Random random = new Random(6);
    int read = 0;
    for (int n = 0; n < 20_000; n++) {
      String text = mutate(Pointwise.truth(random, 5, Reads.EVERYTHING).toString(), random);
      try {
        Truth truth = Parser.truth(text);
        assertThat(Parser.truth(truth.toString())).isEqualTo(truth);
        read++;
      } catch (ExpressionException e) {
        assertThat(e).hasMessageStartingWith("expression: ");
        assertThat(e.position()).isBetween(-1, text.length());
      }
    }
    assertThat(read).isBetween(500, 19_000);
  }

  private static String mutate(String text, Random random) {
    String pieces = "()+-*/,<>=!&| ijhs0123456789.eE_\0\uD83D\u00e9";
    StringBuilder changed = new StringBuilder(text);
    for (int n = random.nextInt(2); n >= 0; n--) {
      int at = random.nextInt(changed.length() + 1);
      switch (random.nextInt(4)) {
        case 0 -> changed.insert(at, pieces.charAt(random.nextInt(pieces.length())));
        case 1 -> changed.delete(at, Math.min(changed.length(), at + 1 + random.nextInt(3)));
        case 2 -> changed.insert(at, changed.substring(0, Math.min(changed.length(), 20)));
        default -> changed.setLength(at);
      }
    }
    return changed.toString();
  }

  @Test
  void fill_randomExpressions_equalTheDefinition() {
    Random random = new Random(7);
    VisibleSet given =
        VisibleSet.of(new VisibleSet.Axes(1, 1, 6, 45), (_, _, t, s) -> Pointwise.isGiven(3, t, s));
    for (int n = 0; n < 2000; n++) {
      Truth truth = Pointwise.truth(random, 5, Reads.EVERYTHING);
      int keys = 1 + random.nextInt(40);
      int index = random.nextInt(5);
      int[] kPos = random.ints(index + keys, -60, 60).toArray();
      int[] docK = random.ints(index + keys, 0, 4).toArray();
      At query =
          new At(
              random.nextInt(100) - 40, 0, random.nextInt(4), 0, 0, random.nextInt(30), 3, false);
      Place place =
          new Place()
              .query(query.i(), query.docQ())
              .given(given, 0, 5)
              .head(query.head())
              .keys(kPos, 0, index, keys, query.length())
              .documents(docK, 0);
      int[] visible = new int[keys + 1];
      Program program = Program.of(truth);
      program.fill(place, program.scratch(keys), visible, 1);
      for (int s = 0; s < keys; s++) {
        At at =
            new At(
                query.i(),
                kPos[index + s],
                query.docQ(),
                docK[index + s],
                index + s,
                query.length(),
                query.head(),
                Pointwise.isGiven(3, 5, index + s));
        assertThat(visible[1 + s])
            .as("%s at %s", truth, at)
            .isEqualTo(Pointwise.isTrue(truth, at) ? -1 : 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "causal",
        "window(3)",
        "window(2147483647)",
        "window(-2147483648)",
        "prefix(-2147483648)",
        "prefix(2147483647)",
        "global(2147483647)",
        "chunk(2147483647)",
        "chunk(1073741824)",
        "previous(2147483647)",
        "previous(3)",
        "strided(2147483647)",
        "strided(4)",
        "fixed(2147483647, 5)",
        "fixed(5, 2)",
        "random(5, 2147483647, 1)",
        "random(5, 1, 1)",
        "random(200, 1, 1, 2147483647)",
        "grid(2147483647, 1073741823)",
        "grid(3, 1)",
        "grid(1, 1073741823)",
        "dilated(2147483647)",
        "dilated(1500000000)",
        "dilated(3)",
        "global(-5)"
      })
  void fill_extremePositions_doNotOverflow(String text) {
    int far = (1 << 30) - 1;
    int[] positions = {-far, -far + 1, -1, 0, 1, far - 1, far};
    Truth truth = Parser.truth(text);
    Program program = Program.of(truth);
    int[] visible = new int[positions.length];
    for (int i : positions) {
      Place place = new Place().query(i, 0).keys(positions, 0, 0, positions.length, 9);
      program.fill(place, program.scratch(positions.length), visible, 0);
      for (int s = 0; s < positions.length; s++) {
        At at = new At(i, positions[s], 0, 0, s, 9, 0, false);
        boolean expected = Pointwise.isTrue(truth, at);
        assertThat(visible[s]).as("%s at %s", text, at).isEqualTo(expected ? -1 : 0);
        Cover cover = area(at).cover(truth);
        assertThat(cover).as("%s at %s", text, at).isEqualTo(Cover.of(expected));
      }
    }
  }

  private static Area area(At at) {
    return new Area(
        new Area.Queries(one(at.i()), one(at.docQ()), one(0)),
        new Area.Keys(one(at.j()), one(at.docK()), one(at.index())),
        new Area.Head(0, at.head(), at.length(), VisibleSet.NONE));
  }

  private static Area.Range one(int number) {
    return new Area.Range(number, number);
  }
}
