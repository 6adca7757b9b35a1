package dev.heed.attention.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whatever is written, the parser gives an expression that prints as itself or says where the
/// trouble is and what would fit; never anything else, and soon.
@Timeout(60)
class ParserFuzzTest {
  private static final List<String> TOKENS =
      List.of(
          "causal",
          "window",
          "global",
          "random",
          "grid",
          "fixed",
          "document",
          "given",
          "true",
          "if",
          "i",
          "j",
          "h",
          "s",
          "doc_q",
          "w",
          "mod",
          "floor",
          "abs",
          "sign",
          "exp",
          "log",
          "max",
          "(",
          "(",
          ")",
          ")",
          ",",
          "+",
          "-",
          "*",
          "/",
          "<",
          "<=",
          "=",
          "!=",
          "!",
          "&",
          "|",
          "1",
          "3",
          "64",
          "0.5",
          "1e308",
          "-2147483648",
          "2147483647",
          "1e-320",
          "9".repeat(400),
          ".5",
          "1e+",
          "\u0000",
          "\uD800",
          "∞");

  private static final List<Consumer<String>> READERS =
      List.of(
          text -> {
            Truth truth = Parser.truth(text);
            assertThat(Parser.truth(truth.toString())).isEqualTo(truth);
          },
          text -> {
            Numeric number = Parser.number(text);
            assertThat(Parser.number(number.toString())).isEqualTo(number);
            assertThat(ScoreFunction.of(List.of(number, Derivative.byScore(number)))).isNotNull();
          });

  /// How many of the readers took the text.
  private static int read(String text) {
    int taken = 0;
    for (Consumer<String> reader : READERS) {
      try {
        reader.accept(text);
        taken++;
      } catch (ExpressionException e) {
        assertThat(e.position()).as(text).isBetween(-1, text.length());
        assertThat(e).hasMessageStartingWith("expression: ");
        if (e.position() >= 0) {
          assertThat(e).hasMessageContaining("would fit");
        }
      }
    }
    return taken;
  }

  @Test
  void parse_randomBytes_isReadOrRefused() {
    Random random = new Random(11);
    for (int n = 0; n < 6_000; n++) {
      byte[] bytes = new byte[random.nextInt(60)];
      random.nextBytes(bytes);
      read(new String(bytes, n % 2 == 0 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1));
    }
  }

  @Test
  void parse_randomTokens_isReadOrRefused() {
    Random random = new Random(12);
    int taken = 0;
    for (int n = 0; n < 20_000; n++) {
      StringBuilder text = new StringBuilder();
      for (int more = 1 + random.nextInt(n % 3 == 0 ? 4 : 25); more > 0; more--) {
        text.append(TOKENS.get(random.nextInt(TOKENS.size())));
        text.append(random.nextBoolean() ? " " : "");
      }
      taken += read(text.toString());
    }
    assertThat(taken).isGreaterThan(100);
  }

  @Test
  void parse_deepOrLong_isReadOrRefused() {
    List<String> openings =
        List.of(
            "(", "!", "-", "abs(", "if(i<", "if(causal,", "i-(", "i<(", "max(1,", "s*(1+", "w/(");
    for (String opening : openings) {
      for (int depth : new int[] {1, 30, 99, 100, 101, 3000}) {
        read(opening.repeat(depth));
        read(opening.repeat(depth) + "s" + ")".repeat(depth));
      }
    }
    for (String piece : List.of(" & causal", " | i<j", "+1", "*s", "/s", " mod s", "-s")) {
      for (int count : new int[] {50, 99, 1500, 20_000}) {
        read("s" + piece.repeat(count));
        read("causal" + piece.repeat(count));
      }
    }
    read("exp(".repeat(95) + "s" + ")".repeat(95));
    read("s*(1+tanh(".repeat(32) + "s" + "))".repeat(32));
  }

  /// Random numbers with scores, parameters and choices.
  @Test
  void number_printedAndReadAgain_isEqual() {
    Random random = new Random(13);
    for (int n = 0; n < 3000; n++) {
      Numeric number = withScores(Pointwise.numeric(random, 6, Pointwise.Reads.POSITIONS), random);
      assertThat(Parser.number(number.toString())).isEqualTo(number);
    }
  }

  /// Some of the query's positions become scores and parameters.
  static Numeric withScores(Numeric number, Random random) {
    return switch (number) {
      case Numeric.Symbol.I ->
          switch (random.nextInt(4)) {
            case 0 -> new Numeric.Parameter("w");
            case 1 -> number;
            default -> Numeric.Symbol.S;
          };
      case Numeric.Symbol _, Numeric.Literal _, Numeric.Parameter _ -> number;
      case Numeric.Unary(var function, Numeric operand) ->
          new Numeric.Unary(function, withScores(operand, random));
      case Numeric.Binary(var function, Numeric left, Numeric right) ->
          new Numeric.Binary(function, withScores(left, random), withScores(right, random));
      case Numeric.Choice(Truth condition, Numeric then, Numeric otherwise) ->
          new Numeric.Choice(
              formula(condition), withScores(then, random), withScores(otherwise, random));
    };
  }

  /// A condition that can stand in a number.
  private static Truth formula(Truth condition) {
    try {
      Numeric one = new Numeric.Literal(1);
      ScoreFunction.of(List.of(new Numeric.Choice(condition, one, one)));
      return condition;
    } catch (ExpressionException _) {
      return new Truth.Causal();
    }
  }
}
