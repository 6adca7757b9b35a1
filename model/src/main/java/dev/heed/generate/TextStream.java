package dev.heed.generate;

import dev.heed.text.SpecialTokens;
import dev.heed.text.StreamingDecoder;
import dev.heed.text.Tokenizer;
import java.util.List;
import java.util.function.Consumer;

/// Text on its way out: ids become characters, characters pass the stop texts.
final class TextStream {
  private final StreamingDecoder decoder;
  private final StopFilter stops;
  private final Consumer<String> onText;
  private final StringBuilder shown = new StringBuilder();

  /// @param prompt what the text follows: whether a first word keeps its space depends on it
  TextStream(Tokenizer tokenizer, int[] prompt, List<String> stops, Consumer<String> onText) {
    this.decoder = tokenizer.stream(SpecialTokens.WITHOUT);
    this.stops = new StopFilter(stops);
    this.onText = onText;
    decoder.skip(prompt);
  }

  /// Takes an id and says whether to go on, which ends where a stop text appears.
  boolean push(int id) {
    show(stops.accept(decoder.push(id)));
    return !stops.stopped();
  }

  /// Shows what was still held back and gives all that was shown.
  String finish() {
    show(stops.accept(decoder.finish()));
    show(stops.finish());
    return shown.toString();
  }

  private void show(String text) {
    if (!text.isEmpty()) {
      shown.append(text);
      onText.accept(text);
    }
  }
}
