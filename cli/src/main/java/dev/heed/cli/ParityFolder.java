package dev.heed.cli;

import dev.heed.attention.Executor;
import dev.heed.attention.Reference;
import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.SafetensorsFile;
import dev.heed.cli.ParityCase.Outcome;
import dev.heed.cli.conform.Comparison;
import dev.heed.cli.conform.Comparison.Tolerance;
import dev.heed.generate.GenerationSettings;
import dev.heed.generate.TokenGenerator;
import dev.heed.grad.Probe;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.grad.Tokens;
import dev.heed.model.Decoder;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Runs a decoder on the inputs of a reference and compares every output: logits by both executors,
/// hidden states and attention maps by one probed run, continuations through the cache.
final class ParityFolder {
  private static final Pattern NUMBERED =
      Pattern.compile("(hidden_states|attentions|router_logits)\\.(\\d+)");

  private final ExpectedOutputs expected;
  private final Decoder decoder;
  private final Json.Obj reference;
  private final Tolerance tolerance;
  private final Run run;

  /// Where the hidden states of the reference are; its Mamba-2 leaves the embeddings out of them.
  private final String hidden;

  private final Map<String, Tensor> traced = new HashMap<>();

  ParityFolder(Checkpoint checkpoint, SafetensorsFile expected, Json.Obj reference, Run run) {
    this.expected = new ExpectedOutputs(expected);
    this.decoder = dev.heed.model.LanguageModel.decoder(checkpoint);
    this.hidden =
        checkpoint.config().string("model_type").equals("mamba2") ? "resid_post" : "resid_pre";
    this.reference = reference;
    this.tolerance = new Tolerance(reference.number("atol"), reference.number("rtol"));
    this.run = run;
  }

  List<ParityCase> cases() {
    List<ParityCase> cases = new ArrayList<>();
    for (String output : expected.outputs()) {
      if (output.equals("logits")) {
        cases.add(
            attempt(
                output,
                "reference",
                () ->
                    numbers(
                        output,
                        decoder.forward(inputs(), run.choosing(Executor.class, new Reference())))));
        cases.add(attempt(output, "tiled", () -> numbers(output, decoder.forward(inputs(), run))));
      } else {
        cases.add(single(output));
      }
    }
    return cases;
  }

  private ParityCase single(String output) {
    Matcher numbered = NUMBERED.matcher(output);
    if (numbered.matches()) {
      Site site = site(numbered.group(1), Integer.parseInt(numbered.group(2)));
      return attempt(output, "trace", () -> numbers(output, trace(site)));
    }
    if (reference.has(output)) {
      return attempt(output, "cache", () -> continuation(output));
    }
    return new ParityCase(output, "-", new Outcome.Missing("decoders do not compute it"));
  }

  /// One comparison, which may fail with an exception.
  private interface Attempt {
    Outcome run();
  }

  private static ParityCase attempt(String name, String way, Attempt attempt) {
    try {
      return new ParityCase(name, way, attempt.run());
    } catch (HeedException e) {
      return new ParityCase(name, way, new Outcome.Failed(String.valueOf(e.getMessage())));
    }
  }

  private Tokens inputs() {
    return expected.ids("in.input_ids");
  }

  private Outcome numbers(String output, Tensor actual) {
    float[] reference = expected.numbers("out." + output);
    if (reference.length != actual.size()) {
      return new Outcome.Failed(
          "%d numbers where the reference has %d".formatted(actual.size(), reference.length));
    }
    return new Outcome.Numbers(Comparison.of(actual.toArray(), reference, tolerance));
  }

  // Hidden state n is what enters block n, or for some what leaves it; the last is after the final
  // norm.
  private Site site(String kind, int number) {
    if (kind.equals("attentions")) {
      return Site.inBlock(number, "attn.pattern");
    }
    if (kind.equals("router_logits")) {
      return Site.inBlock(number, "mlp.router_logits");
    }
    return number == decoder.blocks().size()
        ? new Site("ln_final.normalized")
        : Site.inBlock(number, hidden);
  }

  private Tensor trace(Site site) {
    if (traced.isEmpty()) {
      decoder.hidden(inputs(), run.probed(new Recorder()));
    }
    Tensor value = traced.get(site.path());
    if (value == null) {
      throw new HeedException("trace: the model passed no site %s".formatted(site));
    }
    return value;
  }

  /// Keeps a copy of every site that a reference has.
  private final class Recorder implements Probe {
    @Override
    public boolean wants(Site site) {
      String path = site.path();
      return path.endsWith(".attn.pattern")
          || path.endsWith(".mlp.router_logits")
          || path.endsWith("." + hidden)
          || path.equals("ln_final.normalized");
    }

    @Override
    public Tensor at(Site site, Tensor value) {
      traced.put(site.path(), value.copy());
      return value;
    }
  }

  private Outcome continuation(String output) {
    Json.Obj how = reference.object(output);
    if (how.integer("num_beams", 1) != 1) {
      return new Outcome.Missing("beam search is not there yet");
    }
    Tokens prompt = expected.ids(how.string("prompt"));
    Tokens wanted = expected.ids("out." + output);
    Set<Integer> end = how.has("eos") ? Set.of(how.integer("eos")) : Set.of();
    int agreeing = 0;
    for (int row = 0; row < prompt.batch(); row++) {
      agreeing += agreeing(row, prompt, wanted, how.integer("max_new_tokens"), end);
    }
    return new Outcome.Ids(agreeing, wanted.ids().length);
  }

  private int agreeing(int row, Tokens prompt, Tokens wanted, int newTokens, Set<Integer> end) {
    List<Integer> ids = new ArrayList<>();
    int[] begin =
        Arrays.copyOfRange(prompt.ids(), row * prompt.length(), (row + 1) * prompt.length());
    for (int id : begin) {
      ids.add(id);
    }
    new TokenGenerator(decoder, end, run)
        .generate(begin, GenerationSettings.greedy(newTokens), ids::add);
    int agreeing = 0;
    while (agreeing < Math.min(ids.size(), wanted.length())
        && ids.get(agreeing) == wanted.ids()[row * wanted.length() + agreeing]) {
      agreeing++;
    }
    return agreeing;
  }
}
