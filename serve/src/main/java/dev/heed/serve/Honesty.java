package dev.heed.serve;

import dev.heed.checkpoint.Json;
import dev.heed.lens.Calibration;
import dev.heed.lens.Calibration.Outcomes;
import dev.heed.lens.Faithfulness;
import dev.heed.lens.Faithfulness.Settings;
import dev.heed.lens.Lens;
import dev.heed.lens.TemperatureScaling;
import dev.heed.lens.TextWindows;
import dev.heed.model.LanguageModel;
import dev.heed.serve.Endpoint.Call;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Whether a model knows how sure it may be, and whether its attention explains what it says, on a
/// text; a line of the answer after another. The figures are those of `heed faithful` for a file
/// with that text.
///
/// @param lens that ends its computing where nobody waits for it
record Honesty(LanguageModel model, Lens lens, String text) {
  /// Tokens of a window on which calibration is judged.
  static final int WINDOW = 128;

  private static final int TOKENS = 1024;
  private static final int MOST_TOKENS = 16384;
  private static final int MOST_EXAMPLES = 50;

  /// Logits that are kept at once: 128 MiB, or a quarter of the heap.
  private static final int LOGITS =
      (int) Math.min(32 << 20, Runtime.getRuntime().maxMemory() / 4 / Float.BYTES);

  /// Temperatures from a quarter to 4, of which 1 is the one in the middle.
  private static final int STEPS = 24;

  /// First what is judged and the temperature that was fitted, then how calibrated the model is at
  /// that and at others, from 1 outwards.
  void calibration(Call call) {
    int vocabulary = model.decoder().embedding().tokens().shape().axis(0);
    int most = Math.min(MOST_TOKENS, LOGITS / vocabulary);
    int tokens = Math.min(within("tokens", call.asked().integer("tokens", TOKENS), 2), most);
    int length = Math.min(WINDOW, model.decoder().context());
    TemperatureScaling scaling =
        TemperatureScaling.of(
            Outcomes.of(lens, TextWindows.of(model.tokenizer(), text, length, tokens)));
    double fitted = scaling.temperature();
    call.parts()
        .send(
            Json.object()
                .with("temperature", fitted)
                .with("judged", scaling.judged().targets().length)
                .with("most", most));
    List<Double> temperatures = new ArrayList<>(List.of(fitted));
    for (int i = -STEPS; i <= STEPS; i++) {
      temperatures.add(Math.pow(4, (double) i / STEPS));
    }
    temperatures.sort(Comparator.comparingDouble(t -> t == fitted ? 0 : Math.abs(Math.log(t))));
    for (double temperature : temperatures) {
      call.cancellation().check();
      Calibration found = scaling.at(temperature);
      call.parts().send(found.json().with("temperature", temperature));
    }
  }

  /// What becomes of each text, and then all of it.
  void faithfulness(Call call) {
    int context = model.decoder().context();
    int length = Math.min(within("length", call.asked().integer("length", 24), 3), context);
    int count = within("examples", call.asked().integer("examples", 5), 1);
    Settings settings = call.asked().bool("thorough", false) ? Settings.PAPER : Settings.QUICK;
    List<int[]> texts =
        TextWindows.of(model.tokenizer(), text, length, TOKENS).stream()
            .limit(Math.min(count, MOST_EXAMPLES))
            .toList();
    Json.Obj first = Json.object().with("texts", Json.of(texts.stream().map(this::shown).toList()));
    call.parts().send(first);
    Faithfulness found =
        Faithfulness.of(
            lens,
            texts,
            settings,
            example -> call.parts().send(Json.object().with("example", example.json())));
    Json.Obj whole = found.json().with("says", found.verdict().text());
    call.parts().send(Json.object().with("found", whole));
  }

  private static int within(String what, int value, int least) {
    if (value < least) {
      throw new RefusedException(
          400, "studio: %s %d; at least %d would fit".formatted(what, value, least));
    }
    return value;
  }

  private Json shown(int[] ids) {
    List<Json> tokens = new ArrayList<>();
    for (int id : ids) {
      tokens.add(Json.of(Texts.shown(model.tokenizer(), id)));
    }
    return Json.of(tokens);
  }
}
