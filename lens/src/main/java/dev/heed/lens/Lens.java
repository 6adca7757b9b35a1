package dev.heed.lens;

import dev.heed.attention.CacheChoice;
import dev.heed.attention.CacheNumbers;
import dev.heed.attention.Observers;
import dev.heed.attention.Statistics;
import dev.heed.attention.Watch;
import dev.heed.generate.Generation;
import dev.heed.generate.GenerationSettings;
import dev.heed.generate.TokenGenerator;
import dev.heed.grad.Probe;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.model.Decoder;
import dev.heed.model.DecoderCache;
import dev.heed.model.LanguageModel;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// A model to look into. It runs the model as everybody does, with a probe; nothing is registered
/// on the model or stays behind. Any number of threads may use a lens at once.
///
/// ```java
/// Lens lens = Lens.of(model, workers);
/// Trace trace = lens.trace(ids, Sites.matching("blocks.*.attn.pattern"));
/// float weight = trace.pattern(3, 1).get(query, key);
/// ```
public final class Lens {
  /// A cache that lets no key go, so that maps have a column for each.
  static final CacheChoice KEEPING =
      new CacheChoice(new CacheChoice.Layout.Paged(DecoderCache.LONGEST_PART), CacheNumbers.FLOAT);

  private final Decoder decoder;
  private final ModelSites sites;
  private final Run base;
  private final long budget;
  private final Runnable check;

  private Lens(Decoder decoder, ModelSites sites, Run base, long budget, Runnable check) {
    this.decoder = decoder;
    this.sites = sites;
    this.base = base;
    this.budget = budget;
    this.check = check;
  }

  /// A lens that computes with the fastest kernels on `workers`.
  public static Lens of(LanguageModel model, Workers workers) {
    return of(model.decoder(), workers);
  }

  /// A lens that computes with the fastest kernels on `workers`.
  public static Lens of(Decoder decoder, Workers workers) {
    return of(decoder, Run.inference(Kernels.best(), workers));
  }

  /// A lens that computes as `run` does, which has no tape. It keeps up to half of the heap.
  public static Lens of(Decoder decoder, Run run) {
    if (run.tape().isPresent()) {
      throw new LensException("lens: a run with a tape; one for inference would fit");
    }
    long budget = Runtime.getRuntime().maxMemory() / 2;
    return new Lens(decoder, ModelSites.of(decoder), run, budget, () -> {});
  }

  /// The same lens, which refuses to keep more than `bytes`.
  public Lens withBudget(long bytes) {
    return new Lens(decoder, sites, base, bytes, check);
  }

  /// The same lens, which calls `other` again and again while a model runs: what it throws ends the
  /// run.
  public Lens withCheck(Runnable other) {
    return new Lens(decoder, sites, base, budget, other);
  }

  /// A run like that of the lens, over scratch of its own.
  Run fresh() {
    check.run();
    return probed(Probe.NONE);
  }

  private Run probed(Probe probe) {
    return base.probed(
        new Probe() {
          @Override
          public boolean wants(Site site) {
            check.run();
            return probe.wants(site);
          }

          @Override
          public Tensor at(Site site, Tensor value) {
            return probe.at(site, value);
          }
        });
  }

  public Decoder decoder() {
    return decoder;
  }

  /// The sites that the model has.
  public ModelSites sites() {
    return sites;
  }

  /// What a trace of a text of `length` tokens would take.
  public TraceMemory memory(int length, Sites at) {
    return memory(Shape.of(1, length), at.in(sites));
  }

  private TraceMemory memory(Shape tokens, List<SiteShape> at) {
    return TraceMemory.of(at, tokens, decoder.head().out());
  }

  /// Runs the model over a text and keeps what stands at sites.
  public Trace trace(int[] tokens, Sites at) {
    return run(tokens, List.of(), at);
  }

  /// Runs the model over a text with changes, and keeps what stands at sites after them.
  public Trace run(int[] tokens, List<Intervention> interventions, Sites at) {
    return run(Tokens.of(tokens), interventions, at);
  }

  /// Runs the model over texts of equal length with changes, and keeps what stands at sites after
  /// them.
  ///
  /// @param tokens `[B, T]`
  public Trace run(Tokens tokens, List<Intervention> interventions, Sites at) {
    check.run();
    check(tokens);
    List<SiteShape> wanted = at.in(sites);
    Shape shape = Shape.of(tokens.batch(), tokens.length());
    TraceMemory memory = memory(shape, wanted);
    if (memory.total() > budget) {
      throw new LensException(
          "lens: a trace of %s tokens would take %s, the budget is %s; fewer sites or tokens would fit, Lens.observe keeps no maps, Lens.withBudget allows more"
              .formatted(shape, memory, TraceMemory.megabytes(budget)));
    }
    Looking looking = new Looking(sites, Edits.of(sites, interventions, shape), wanted);
    Tensor logits = decoder.forward(tokens, probed(looking));
    return looking.trace(tokens, Value.copy(logits, logits.shape()));
  }

  /// What stands at sites on the whole of some texts, for [Intervention.Mean] and
  /// [Intervention.Resample].
  ///
  /// @param at sites that have a row a position
  public Baseline baseline(List<int[]> texts, Sites at) {
    return baseline(texts, at, 0);
  }

  /// The same with a mean of each position in the place of one of all: what a head says of where it
  /// stands stays, too, when it is replaced. Texts may differ in length.
  ///
  /// @param at sites that have a row a position
  public Baseline baselineByPosition(List<int[]> texts, Sites at) {
    return baseline(texts, at, texts.stream().mapToInt(text -> text.length).max().orElse(0));
  }

  private Baseline baseline(List<int[]> texts, Sites at, int positions) {
    for (SiteShape site : at.in(sites)) {
      if (site.axes() == SiteShape.Axes.MAP) {
        throw new LensException(
            "baseline: rows of '%s' %s are as long as the text and have no mean"
                .formatted(site.path(), site.letters()));
      }
    }
    if (texts.isEmpty()) {
      throw new LensException("baseline: no text; at least one would fit");
    }
    Baseline.Gathering gathering = new Baseline.Gathering(0, positions);
    texts.forEach(text -> gathering.add(trace(text, at)));
    return gathering.baseline();
  }

  /// What observers see of the maps of a text, by the site of the map: nothing is materialised, and
  /// memory grows with the number of tokens, not with its square.
  ///
  /// @param maps `attn.pattern` of some layers
  public Map<String, Statistics> observe(int[] tokens, Observers observers, Sites maps) {
    check(Tokens.of(tokens));
    Watching watching = Watching.of(observers, maps.in(sites));
    decoder.hidden(Tokens.of(tokens), base.choosing(Watch.class, watching));
    return watching.seen();
  }

  /// Continues a prompt and tells of every pass on the way, as soon as it is known what comes after
  /// it.
  ///
  /// @return why it ended
  public Generation.Finish generate(Continuation of, Sites at, Consumer<Step> onStep) {
    int[] prompt = of.prompt();
    check(Tokens.of(prompt));
    GenerationSettings settings = of.settings();
    if (settings.cache().equals(CacheChoice.fitting())) {
      settings = settings.withCache(KEEPING);
    }
    int longest = settings.context().orElse(decoder.context());
    Edits edits = Edits.of(sites, of.interventions(), Shape.of(1, longest));
    Generating generating = new Generating(sites, edits, at.in(sites), prompt, onStep);
    Generation.Finish finish =
        new TokenGenerator(decoder, of.endTokens(), probed(generating))
            .generate(
                prompt,
                settings,
                id -> {
                  generating.chosen(id);
                  return true;
                });
    generating.end();
    return finish;
  }

  /// Continues a prompt, and then reads the prompt and all that was generated in one pass, with the
  /// same changes: maps have a row and a column for every token.
  public Trace traceGenerated(Continuation of, Sites at) {
    at.in(sites);
    List<Integer> text = new ArrayList<>(Arrays.stream(of.prompt()).boxed().toList());
    generate(of, Sites.none(), step -> step.chosen().ifPresent(text::add));
    // a token chosen at the last position of the context stands nowhere
    int length = Math.min(text.size(), decoder.context());
    int[] ids = text.stream().limit(length).mapToInt(id -> id).toArray();
    return run(Tokens.of(ids), of.interventions(), at);
  }

  /// How it computes; without a tape.
  Run run() {
    return base;
  }

  /// Fails for texts that the model cannot read.
  void check(Tokens tokens) {
    if (tokens.batch() < 1 || tokens.length() < 1 || tokens.length() > decoder.context()) {
      throw new LensException(
          "lens: [%d, %d] tokens do not fit; texts of 1 to %d, the context, would"
              .formatted(tokens.batch(), tokens.length(), decoder.context()));
    }
    int vocabulary = decoder.embedding().tokens().shape().axis(0);
    for (int id : tokens.ids()) {
      if (id < 0 || id >= vocabulary) {
        throw new LensException(
            "lens: token %d is not one of the model's, 0 to %d".formatted(id, vocabulary - 1));
      }
    }
  }
}
