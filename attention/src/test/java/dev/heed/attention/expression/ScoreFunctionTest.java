package dev.heed.attention.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.TileMachine;
import dev.heed.kernel.TilePlaces;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreFunctionTest {
  private static final int KEYS = 61;
  private static final int I = 40;

  private static Evaluation at(int j, int docK) {
    return new Evaluation(I, j, 2, docK, 3, name -> name.equals("w") ? 0.75 : -1.25);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s",
        "2.5",
        "s - w * log(1 + abs(i - j))",
        "20 * tanh(s / 20)",
        "s - exp(-(h + 1)) * abs(j - i) + u",
        "if(j <= i & !window(7), s, min(s, -w))",
        "if(chunk(8) | j mod 3 = 1, s * w, s / u) - sign(s) + floor(j / 5)",
        "if(doc_q = doc_k, max(s, 0), log(abs(s) + 1))",
        "if(true, if(i != j, s * s * s, 1), 2)",
        "if(grid(8, 1) | strided(9) & fixed(8, 2) | prefix(3) | global(2) | previous(6), s, -s)",
        "if(document & !dilated(4) | causal, s, w) + (j - 30) mod 7",
        "(s + 1) * (s + 1) + (s + 1)"
      })
  void row_numbers_equalTheDefinition(String text) {
    Numeric number = Parser.number(text);
    ScoreFunction function = ScoreFunction.of(List.of(number));
    Random random = new Random(text.hashCode());
    int[] kPos = new int[KEYS + 2];
    int[] docK = new int[KEYS + 5];
    float[] scores = new float[KEYS + 4];
    for (int n = 0; n < KEYS; n++) {
      kPos[2 + n] = n;
      docK[5 + n] = random.nextInt(4);
      scores[4 + n] = (float) random.nextGaussian() * 3;
    }
    TilePlaces.Documents docs = new TilePlaces.Documents(new int[] {9, 2}, 1, docK, 5);
    TilePlaces places = new TilePlaces(1, new int[] {9, 9, I}, 2, kPos, 2, docs);
    for (Kernels kernels : List.of(Kernels.scalar(), Kernels.best())) {
      float[] out = scores.clone();
      float[] uniforms = function.uniforms(at(0, 0));
      TileMachine.Row row = new TileMachine.Row(out, 4, KEYS);
      new TileMachine().row(function.code(), uniforms, kernels.lanes(), places, row);
      for (int n = 0; n < KEYS; n++) {
        double expected = at(n, docK[5 + n]).of(number, scores[4 + n]);
        assertThat((double) out[4 + n])
            .as("%s at %d with %s", text, n, kernels.name())
            .isCloseTo(expected, Offset.offset(2e-6 * (1 + Math.abs(expected))));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "s - w * log(1 + abs(i - j)); 1; -log(1 + abs(i - j))",
        "20 * tanh(s / 20); 20 * ((1 - tanh(s / 20) * tanh(s / 20)) * 0.05); 0",
        "w * s + w; w; s + 1",
        "s / w; 1 / w; -(s / w) / w",
        "abs(s) + floor(s) + sign(s); sign(s); 0",
        "if(s > 0, s, w * s); if(s > 0, 1, w); if(s > 0, 0, s)",
        "max(s, w); if(s >= w, 1, 0); if(s >= w, 0, 1)",
        "exp(2 * s) mod w; exp(2 * s) * 2; -floor(exp(2 * s) / w)"
      })
  void derivative_rules_areSimplified(String text, String byScore, String byParameter) {
    Numeric number = Parser.number(text);
    assertThat(Derivative.byParameter(number, "w")).hasToString(byParameter);
    if (!text.contains("/ 20")) {
      assertThat(Derivative.byScore(number)).hasToString(byScore);
    }
  }

  /// Central differences err by `h² f''' / 6`; where a third one of half the step says that they do
  /// not settle, there is a corner or a step.
  @Test
  void derivative_randomNumbers_equalsDifferences() {
    Random random = new Random(14);
    int compared = 0;
    for (int n = 0; n < 4000; n++) {
      Numeric number =
          ParserFuzzTest.withScores(
              Pointwise.numeric(random, 5, Pointwise.Reads.POSITIONS), random);
      double s = random.nextGaussian();
      double w = random.nextGaussian();
      Evaluation here = new Evaluation(5, 9, 0, 0, 1, _ -> w);
      double byScore = here.of(Derivative.byScore(number), s);
      double byW = here.of(Derivative.byParameter(number, "w"), s);
      compared += compare(number, byScore, h -> here.of(number, s + h));
      compared +=
          compare(number, byW, h -> new Evaluation(5, 9, 0, 0, 1, _ -> w + h).of(number, s));
    }
    assertThat(compared).isGreaterThan(2000);
  }

  private static int compare(Numeric number, double derivative, DoubleUnaryOperator f) {
    double coarse = (f.applyAsDouble(2e-5) - f.applyAsDouble(-2e-5)) / 4e-5;
    double fine = (f.applyAsDouble(1e-5) - f.applyAsDouble(-1e-5)) / 2e-5;
    double size = Math.abs(f.applyAsDouble(0)) + 1;
    // Between infinities a function may be finite and its derivative not known.
    if (!Double.isFinite(fine)
        || !Double.isFinite(derivative)
        || size > 1e4
        || !(Math.abs(coarse - fine) < 1e-7 * size)) {
      return 0;
    }
    assertThat(derivative)
        .as("%s", number)
        .isCloseTo(fine, Offset.offset(1e-5 * (size + Math.abs(fine))));
    return 1;
  }

  @Test
  void of_maskThatIsNoFormula_isRefused() {
    for (String mask : List.of("given", "padding", "random(2, 8, 1)")) {
      assertThatThrownBy(() -> ScoreFunction.of(List.of(Parser.number("if(" + mask + ", s, 0)"))))
          .isInstanceOf(ExpressionException.class)
          .hasMessageContaining(mask)
          .hasMessageContaining("a mask is its place");
    }
  }
}
