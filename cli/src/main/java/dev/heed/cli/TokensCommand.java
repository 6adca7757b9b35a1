package dev.heed.cli;

import dev.heed.checkpoint.Json;
import dev.heed.data.Corpus;
import dev.heed.data.TokenData;
import dev.heed.data.TokenFile;
import dev.heed.tensor.HeedException;
import dev.heed.text.Encoding;
import dev.heed.text.Span;
import dev.heed.text.SpecialTokens;
import dev.heed.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `heed tokens`: shows how a tokenizer splits a text.
@Command(
    name = "tokens",
    description = {
      "Splits a text into the tokens of a model.",
      "Prints for each token its id, its piece and the code points that it stands for."
    })
final class TokensCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "FILE_OR_FOLDER",
      description =
          "The folder of a model, a GGUF file, a tokenizer.json, a vocab.txt, or embedded.")
  private Path file;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TEXT",
      description = "The text; standard input, less one trailing newline, without it.")
  private @Nullable String text;

  @Option(
      names = "--json",
      description =
          "Prints one line of JSON: ids, tokens, offsets and the text decoded from the ids.")
  private boolean json;

  @Option(
      names = "--batch",
      paramLabel = "JSON_FILE",
      description =
          "Reads the texts from a JSON array of strings and prints a line of JSON for each.")
  private @Nullable Path batch;

  @Option(
      names = "--no-special",
      description = "Adds no tokens that mark structure, such as the beginning of a text.")
  private boolean noSpecial;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "Reads a text file or a folder of them, for --out.")
  private @Nullable Path data;

  @Option(
      names = "--out",
      paramLabel = "TOKEN_FILE",
      description =
          "Writes the tokens of --data to a file that training and eval map instead of reading texts.")
  private @Nullable Path out;

  @Override
  public Integer call() throws IOException {
    if (batch != null && text != null) {
      throw new ParameterException(
          spec.commandLine(), "--batch and TEXT exclude each other; give one of them");
    }
    if (data == null != (out == null) || out != null && (batch != null || text != null)) {
      throw new ParameterException(
          spec.commandLine(), "--data and --out go together, without another text");
    }
    Tokenizer tokenizer = Models.tokenizer(file);
    if (data != null && out != null) {
      TokenData tokens = TokenData.encode(Corpus.read(data), tokenizer);
      TokenFile.write(out, tokens);
      spec.commandLine().getOut().printf(Locale.ROOT, "%d tokens%n", tokens.size());
      return ExitCode.DONE;
    }
    for (String one : texts()) {
      print(tokenizer, one);
    }
    return ExitCode.DONE;
  }

  private List<String> texts() throws IOException {
    if (batch != null) {
      if (Json.parse(batch.toString(), Files.readAllBytes(batch)) instanceof Json.Arr list) {
        return list.strings();
      }
      throw new HeedException("%s: should be a JSON array of texts".formatted(batch));
    }
    return List.of(text == null ? StandardInput.text(System.in) : text);
  }

  private void print(Tokenizer tokenizer, String one) {
    PrintWriter out = spec.commandLine().getOut();
    SpecialTokens specials = noSpecial ? SpecialTokens.WITHOUT : SpecialTokens.WITH;
    Encoding encoding = tokenizer.encode(one, specials);
    if (json || batch != null) {
      out.print(line(tokenizer, encoding) + "\n");
    } else {
      table(encoding, out);
    }
  }

  private static Json line(Tokenizer tokenizer, Encoding encoding) {
    List<Json> offsets = new ArrayList<>();
    for (Span span : encoding.offsets()) {
      offsets.add(Json.of(List.of(Json.of(span.start()), Json.of(span.end()))));
    }
    return Json.object()
        .with("ids", Json.of(Arrays.stream(encoding.ids()).mapToObj(Json::of).toList()))
        .with("tokens", Json.of(encoding.tokens().stream().map(Json::of).toList()))
        .with("offsets", Json.of(offsets))
        .with("decoded", tokenizer.decode(encoding.ids(), SpecialTokens.WITH));
  }

  private static void table(Encoding encoding, PrintWriter out) {
    List<String> pieces =
        encoding.tokens().stream().map(piece -> Json.of(piece).toString()).toList();
    int width = pieces.stream().mapToInt(String::length).max().orElse(0);
    String row = "%7d  %-" + Math.min(40, Math.max(1, width)) + "s  %d-%d\n";
    for (int i = 0; i < encoding.size(); i++) {
      Span span = encoding.offset(i);
      out.printf(Locale.ROOT, row, encoding.id(i), pieces.get(i), span.start(), span.end());
    }
  }
}
