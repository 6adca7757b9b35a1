package dev.heed.lens;

import dev.heed.grad.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// Activation patching: what of one prompt, put into the run of another, brings back its answer.
/// [Meng et al. 2022](https://arxiv.org/abs/2202.05262) section 2, [Zhang and Nanda
/// 2023](https://arxiv.org/abs/2309.16042).
///
/// A score is `(m - m_corrupt) / (m_clean - m_corrupt)`: 0 is the answer to the corrupt prompt and
/// 1 that to the clean one; below and beyond are possible.
public final class Patching {
  private static final int TOKENS_AT_ONCE = 2048;
  private static final double LEAST_DIFFERENCE = 1e-3;

  private final Lens lens;
  private final Metric metric;
  private final Trace clean;
  private final Trace corrupt;
  private final double cleanValue;
  private final double corruptValue;

  /// Which way is patched.
  public enum Direction {
    /// Parts of the clean run into the corrupt one: what suffices for the answer. Nothing restored
    /// is 0.
    DENOISE,
    /// Parts of the corrupt run into the clean one: what is needed for the answer. Nothing lost is
    /// 1.
    NOISE;

    /// In lower case, as commands print it.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /// What is patched, and one of what a score is.
  public enum What {
    RESIDUAL("resid_pre", Unit.POSITION),
    ATTENTION("attn_out", Unit.POSITION),
    FEED_FORWARD("mlp_out", Unit.POSITION),
    HEAD("attn.z", Unit.HEAD),
    QUERY("attn.q", Unit.HEAD),
    /// Of groups: a score a key/value head.
    KEY("attn.k", Unit.HEAD),
    /// Of groups: a score a key/value head.
    VALUE("attn.v", Unit.HEAD),
    PATTERN("attn.pattern", Unit.HEAD);

    private final String point;
    private final Unit unit;

    What(String point, Unit unit) {
      this.point = point;
      this.unit = unit;
    }

    /// The site in each block.
    public String point() {
      return point;
    }

    public Unit unit() {
      return unit;
    }

    /// In lower case, as commands print it.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /// What a score of a layer belongs to.
  public enum Unit {
    POSITION,
    HEAD
  }

  private Patching(Lens lens, Metric metric, Trace clean, Trace corrupt) {
    this.lens = lens;
    this.metric = metric;
    this.clean = clean;
    this.corrupt = corrupt;
    cleanValue = metric(clean, 0);
    corruptValue = metric(corrupt, 0);
  }

  /// Of two prompts of as many tokens whose answers differ by what `metric` says.
  public static Patching of(Lens lens, int[] clean, int[] corrupt, Metric metric) {
    if (clean.length != corrupt.length) {
      throw new LensException(
          "patching: a clean prompt of %d tokens and a corrupt one of %d; prompts of as many would fit"
              .formatted(clean.length, corrupt.length));
    }
    Patching patching =
        new Patching(
            lens, metric, lens.trace(clean, Sites.none()), lens.trace(corrupt, Sites.none()));
    patching.checkDifference();
    return patching;
  }

  /// The sites of all blocks that have a point.
  private List<SiteShape> sites(String point) {
    return lens.sites().all().stream().filter(site -> site.isIn(point)).toList();
  }

  /// What stands at sites in the run that is patched from, or with the other direction into.
  private Trace trace(Trace run, List<SiteShape> sites) {
    return lens.trace(run.tokens(), new Sites(sites.stream().map(SiteShape::path).toList()));
  }

  private void checkDifference() {
    double largest = Math.max(1, Math.max(Math.abs(cleanValue), Math.abs(corruptValue)));
    if (!(Math.abs(cleanValue - corruptValue) >= LEAST_DIFFERENCE * largest)) {
      throw new LensException(
          "patching: the metric is %s of the clean prompt and %s of the corrupt one, too near for a score; prompts that it tells apart would fit"
              .formatted(cleanValue, corruptValue));
    }
  }

  /// The metric of the clean prompt.
  public double clean() {
    return cleanValue;
  }

  /// The metric of the corrupt prompt.
  public double corrupt() {
    return corruptValue;
  }

  /// The score of a metric.
  public double score(double value) {
    return (value - corruptValue) / (cleanValue - corruptValue);
  }

  /// The score of a run into which several places of the other are put together.
  public double score(Direction direction, List<Place> places) {
    List<SiteShape> sites = places.stream().map(place -> lens.sites().get(place.site())).toList();
    Trace source = trace(from(direction), sites);
    List<Intervention> patches = new ArrayList<>();
    places.forEach(place -> patches.add(new Intervention.Patch(place, source)));
    return score(metric(lens.run(into(direction).tokens(), patches, Sites.none()), 0));
  }

  /// The scores of everything of a kind, each patched alone.
  public PatchGrid sweep(What what, Direction direction) {
    return sweep(what, direction, _ -> {});
  }

  /// The scores of everything of a kind, each patched alone.
  ///
  /// @param onRow is given each layer as soon as it is there
  public PatchGrid sweep(What what, Direction direction, Consumer<PatchGrid.Row> onRow) {
    List<SiteShape> sites = sites(what.point());
    if (sites.isEmpty()) {
      throw new LensException("patching: no block of the model has '%s'".formatted(what.point()));
    }
    Trace source = trace(from(direction), sites);
    List<PatchGrid.Row> rows = new ArrayList<>();
    for (SiteShape site : sites) {
      Sweep sweep = new Sweep(site, what.unit(), source, into(direction).tokens());
      PatchGrid.Row row = new PatchGrid.Row(site.layer(), layer(sweep));
      rows.add(row);
      onRow.accept(row);
    }
    return new PatchGrid(what, direction, cleanValue, corruptValue, rows);
  }

  /// One site of the run `from`, whose heads or positions are each put into `tokens` alone.
  private record Sweep(SiteShape site, Unit unit, Trace from, int[] tokens) {
    int count() {
      return unit == Unit.HEAD ? site.heads() : tokens.length;
    }

    Tokens copies(int count) {
      int[] all = new int[count * tokens.length];
      for (int n = 0; n < count; n++) {
        System.arraycopy(tokens, 0, all, n * tokens.length, tokens.length);
      }
      return new Tokens(all, count, tokens.length);
    }

    /// Patches number `first + n` of the site in text `n`.
    Intervention each(int first) {
      Value value = from.value(site.path());
      return new Intervention.Custom(
          Place.at(site.path()),
          (row, values) -> {
            int which = unit == Unit.HEAD ? row.head() : row.position();
            if (which == first + row.text()) {
              int number =
                  site.rowNumber(
                      new Intervention.Row(0, row.head(), row.position()), tokens.length);
              System.arraycopy(value.numbers(), number * values.length, values, 0, values.length);
            }
            return values;
          });
    }
  }

  /// The scores of one site, a text for each.
  private double[] layer(Sweep sweep) {
    return inParts(
        sweep,
        (first, texts) -> {
          Trace patched = lens.run(texts, List.of(sweep.each(first)), Sites.none());
          double[] scores = new double[texts.batch()];
          for (int n = 0; n < scores.length; n++) {
            scores[n] = score(metric(patched, n));
          }
          return scores;
        });
  }

  /// The scores of some texts alike, in text `n` of which number `first + n` is patched.
  private interface Part {
    double[] scores(int first, Tokens texts);
  }

  private static double[] inParts(Sweep sweep, Part part) {
    double[] scores = new double[sweep.count()];
    int most = Math.max(1, TOKENS_AT_ONCE / sweep.tokens.length);
    for (int first = 0; first < scores.length; first += most) {
      int count = Math.min(most, scores.length - first);
      System.arraycopy(part.scores(first, sweep.copies(count)), 0, scores, first, count);
    }
    return scores;
  }

  private Trace from(Direction direction) {
    return direction == Direction.DENOISE ? clean : corrupt;
  }

  private Trace into(Direction direction) {
    return direction == Direction.DENOISE ? corrupt : clean;
  }

  private double metric(Trace trace, int text) {
    float[][] logits = new float[trace.length()][];
    for (int t = 0; t < logits.length; t++) {
      logits[t] = trace.logits().row(text, t);
    }
    return metric.of(logits, trace.tokens(text));
  }

  /// What may pass a change on from heads to what receives it.
  public enum Route {
    /// The residual stream alone.
    DIRECT,
    /// The residual stream and the feed-forward layers, as in the paper.
    FEED_FORWARD
  }

  /// Path patching, [Wang et al. 2022](https://arxiv.org/abs/2211.00593) appendix B: what heads of
  /// the other run change in what `receivers` read, while all other heads say what they said.
  ///
  /// @param receivers places in `attn.q`, `attn.k` or `attn.v` of later layers; none for the logits
  public double path(
      Direction direction, List<HeadId> senders, List<Place> receivers, Route route) {
    return path(new Paths(this, direction, receivers, route), senders);
  }

  /// What stands where paths begin and where they are cut off.
  private record Paths(List<Intervention> frozen, Trace other, Trace base, List<Place> receivers) {
    Paths(Patching of, Direction direction, List<Place> receivers, Route route) {
      this(
          new ArrayList<>(),
          of.trace(of.from(direction), of.sites("attn.z")),
          of.trace(of.into(direction), of.cut(route)),
          receivers);
      base.sites().forEach(site -> frozen.add(new Intervention.Patch(Place.at(site), base)));
    }
  }

  private List<SiteShape> cut(Route route) {
    List<SiteShape> cut = new ArrayList<>(sites("attn.z"));
    // mixers without heads pass nothing on either
    for (SiteShape site : sites("attn_out")) {
      if (!lens.sites().has("blocks." + site.layer() + ".attn.z")) {
        cut.add(site);
      }
    }
    if (route == Route.DIRECT) {
      cut.addAll(sites("mlp_out"));
    }
    return cut;
  }

  private double path(Paths paths, List<HeadId> senders) {
    List<Intervention> sent = new ArrayList<>();
    senders.forEach(head -> sent.add(new Intervention.Patch(head.place(), paths.other)));
    return path(paths, Tokens.of(paths.base.tokens()), sent)[0];
  }

  /// The scores of texts alike, each with what is sent in it.
  private double[] path(Paths paths, Tokens texts, List<Intervention> sent) {
    List<Intervention> frozen = new ArrayList<>(paths.frozen);
    frozen.addAll(sent);
    Sites heard = new Sites(paths.receivers.stream().map(Place::site).distinct().toList());
    Trace passed = lens.run(texts, frozen, heard);
    Trace last = passed;
    if (!paths.receivers.isEmpty()) {
      List<Intervention> received = new ArrayList<>();
      paths.receivers.forEach(place -> received.add(new Intervention.Patch(place, passed)));
      last = lens.run(texts, received, Sites.none());
    }
    double[] scores = new double[texts.batch()];
    for (int n = 0; n < scores.length; n++) {
      scores[n] = score(metric(last, n));
    }
    return scores;
  }

  /// The scores of every head as the only sender of a path.
  public PatchGrid paths(Direction direction, List<Place> receivers, Route route) {
    Paths paths = new Paths(this, direction, receivers, route);
    List<PatchGrid.Row> rows = new ArrayList<>();
    for (SiteShape site : sites("attn.z")) {
      Sweep sweep = new Sweep(site, Unit.HEAD, paths.other, paths.base.tokens());
      rows.add(
          new PatchGrid.Row(
              site.layer(),
              inParts(sweep, (first, texts) -> path(paths, texts, List.of(sweep.each(first))))));
    }
    return new PatchGrid(What.HEAD, direction, cleanValue, corruptValue, rows);
  }
}
