package dev.heed.lens;

import dev.heed.grad.Tokens;
import java.util.ArrayList;
import java.util.List;

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
    NOISE
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
    Sites sites = patched(lens);
    Patching patching =
        new Patching(lens, metric, lens.trace(clean, sites), lens.trace(corrupt, sites));
    patching.checkDifference();
    return patching;
  }

  /// All that a sweep may need of a model.
  private static Sites patched(Lens lens) {
    List<String> paths = new ArrayList<>();
    for (What what : What.values()) {
      String end = "." + what.point();
      lens.sites().paths().stream().filter(path -> path.endsWith(end)).forEach(paths::add);
    }
    return new Sites(paths);
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
    List<Intervention> patches = new ArrayList<>();
    places.forEach(place -> patches.add(new Intervention.Patch(place, from(direction))));
    return score(metric(lens.run(into(direction).tokens(), patches, Sites.none()), 0));
  }

  /// The scores of everything of a kind, each patched alone.
  public PatchGrid sweep(What what, Direction direction) {
    List<PatchGrid.Row> rows = new ArrayList<>();
    for (int layer = 0; layer < lens.decoder().blocks().size(); layer++) {
      String site = "blocks." + layer + "." + what.point();
      if (lens.sites().has(site)) {
        rows.add(new PatchGrid.Row(layer, layer(lens.sites().get(site), what.unit(), direction)));
      }
    }
    if (rows.isEmpty()) {
      throw new LensException("patching: no block of the model has '%s'".formatted(what.point()));
    }
    return new PatchGrid(what, direction, cleanValue, corruptValue, rows);
  }

  /// One site, a text for each of its heads or positions.
  private double[] layer(SiteShape site, Unit unit, Direction direction) {
    int length = clean.length();
    double[] scores = new double[unit == Unit.HEAD ? site.heads() : length];
    int most = Math.max(1, TOKENS_AT_ONCE / length);
    for (int from = 0; from < scores.length; from += most) {
      int count = Math.min(most, scores.length - from);
      List<Intervention> patch = List.of(each(site, unit, direction, from));
      Trace patched = lens.run(copies(direction, count), patch, Sites.none());
      for (int n = 0; n < count; n++) {
        scores[from + n] = score(metric(patched, n));
      }
    }
    return scores;
  }

  private Tokens copies(Direction direction, int count) {
    int[] tokens = into(direction).tokens();
    int[] all = new int[count * tokens.length];
    for (int n = 0; n < count; n++) {
      System.arraycopy(tokens, 0, all, n * tokens.length, tokens.length);
    }
    return new Tokens(all, count, tokens.length);
  }

  /// Patches number `from + n` of the site in text `n`.
  private Intervention each(SiteShape site, Unit unit, Direction direction, int from) {
    Trace source = from(direction);
    Value value = source.value(site.path());
    boolean map = site.axes() == SiteShape.Axes.MAP;
    return new Intervention.Custom(
        Place.at(site.path()),
        (row, values) -> {
          int which = unit == Unit.HEAD ? row.head() : row.position();
          if (which != from + row.text()) {
            return values;
          }
          int number =
              map
                  ? row.head() * source.length() + row.position()
                  : row.position() * site.heads() + row.head();
          System.arraycopy(value.numbers(), number * values.length, values, 0, values.length);
          return values;
        });
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
    Trace base = into(direction);
    List<Intervention> frozen = frozen(base, route);
    senders.forEach(head -> frozen.add(new Intervention.Patch(head.place(), from(direction))));
    Sites heard = new Sites(receivers.stream().map(Place::site).distinct().toList());
    Trace passed = lens.run(base.tokens(), frozen, heard);
    if (receivers.isEmpty()) {
      return score(metric(passed, 0));
    }
    List<Intervention> received = new ArrayList<>();
    receivers.forEach(place -> received.add(new Intervention.Patch(place, passed)));
    return score(metric(lens.run(base.tokens(), received, Sites.none()), 0));
  }

  /// The scores of every head as the only sender of a path.
  public PatchGrid paths(Direction direction, List<Place> receivers, Route route) {
    List<PatchGrid.Row> rows = new ArrayList<>();
    for (int layer = 0; layer < lens.decoder().blocks().size(); layer++) {
      String site = "blocks." + layer + ".attn.z";
      if (lens.sites().has(site)) {
        double[] scores = new double[lens.sites().get(site).heads()];
        for (int head = 0; head < scores.length; head++) {
          scores[head] = path(direction, List.of(new HeadId(layer, head)), receivers, route);
        }
        rows.add(new PatchGrid.Row(layer, scores));
      }
    }
    return new PatchGrid(What.HEAD, direction, cleanValue, corruptValue, rows);
  }

  private List<Intervention> frozen(Trace base, Route route) {
    List<Intervention> frozen = new ArrayList<>();
    for (String site : base.sites()) {
      boolean fed = site.endsWith(".mlp_out") && route == Route.DIRECT;
      if (fed || site.endsWith(".attn.z")) {
        frozen.add(new Intervention.Patch(Place.at(site), base));
      }
    }
    return frozen;
  }
}
