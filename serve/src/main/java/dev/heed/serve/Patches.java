package dev.heed.serve;

import dev.heed.checkpoint.Json;
import dev.heed.lens.Answers;
import dev.heed.lens.Distributions;
import dev.heed.lens.Lens;
import dev.heed.lens.Patching;
import dev.heed.lens.Patching.Direction;
import dev.heed.lens.Patching.What;
import dev.heed.lens.Sites;
import dev.heed.lens.Value;
import dev.heed.serve.Endpoint.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What of a text, put into another, brings its answer back.
///
/// @param clean the text that has the right answer
/// @param corrupt the other
record Patches(Lens lens, Texts clean, Texts corrupt) {
  /// What is compared, then the scores of layer after layer, each a line of the answer.
  void sweep(Call call) {
    What what = choice(What.class, "what", call);
    Direction direction = choice(Direction.class, "direction", call);
    Answers answers = answers(call.asked().string("right", ""), call.asked().string("wrong", ""));
    Patching patching = Patching.of(lens, clean.ids(), corrupt.ids(), answers.metric());
    call.parts()
        .send(
            Json.object()
                .with("clean", patching.clean())
                .with("corrupt", patching.corrupt())
                .with("right", shown(answers.right()))
                .with("wrong", shown(answers.wrong()))
                .with("tokens", Json.of(shown(clean)))
                .with("others", Json.of(shown(corrupt))));
    patching.sweep(what, direction, row -> call.parts().send(row.json()));
  }

  private Answers answers(String right, String wrong) {
    int first = right.isEmpty() ? Answers.said(lens, clean.ids()) : token(right);
    int second = wrong.isEmpty() ? Answers.said(lens, corrupt.ids()) : token(wrong);
    if (first == second) {
      throw new RefusedException(
          400,
          "studio: '%s' is the answer to both texts, which tells nothing; name two: '%s' and '%s' are what they change most"
              .formatted(
                  shown(first), shown(rising(corrupt, clean)), shown(rising(clean, corrupt))));
    }
    return new Answers(first, second);
  }

  private int token(String text) {
    return Answers.token(clean.tokenizer(), text);
  }

  /// The token whose probability rises most from the end of one text to that of another.
  private int rising(Texts from, Texts to) {
    double[] before = last(from);
    double[] after = last(to);
    int most = 0;
    for (int id = 1; id < after.length; id++) {
      most = after[id] - before[id] > after[most] - before[most] ? id : most;
    }
    return most;
  }

  private double[] last(Texts texts) {
    Value logits = lens.trace(texts.ids(), Sites.none()).logits();
    return Distributions.softmax(logits.row(0, texts.size() - 1));
  }

  private String shown(int id) {
    return Texts.shown(clean.tokenizer(), id);
  }

  private static List<Json> shown(Texts texts) {
    List<Json> all = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      all.add(Json.of(texts.shown(i)));
    }
    return all;
  }

  private static <E extends Enum<E>> E choice(Class<E> kind, String name, Call call) {
    String asked = call.asked().string(name);
    List<String> all = new ArrayList<>();
    for (E one : kind.getEnumConstants()) {
      String text = one.name().toLowerCase(Locale.ROOT);
      if (text.equals(asked)) {
        return one;
      }
      all.add(text);
    }
    throw new RefusedException(
        400, "studio: %s '%s'; %s fit".formatted(name, asked, String.join(", ", all)));
  }
}
