package dev.heed.lens;

import dev.heed.grad.Probe;
import dev.heed.grad.Site;
import dev.heed.grad.Tokens;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The probe of one run: changes what is to be changed, and keeps what is to be kept, after the
/// change.
final class Looking implements Probe {
  private static final String SCORES = ".attn.attn_scores";
  private static final String PATTERN = ".attn.pattern";

  private final ModelSites model;
  private final Edits edits;
  private final Map<String, SiteShape> wanted = new HashMap<>();
  private final Map<String, Value> values = new LinkedHashMap<>();
  private final Map<String, Visibility> visible = new HashMap<>();

  Looking(ModelSites model, Edits edits, List<SiteShape> sites) {
    this.model = model;
    this.edits = edits;
    sites.forEach(site -> wanted.put(site.path(), site));
  }

  @Override
  public boolean wants(Site site) {
    String path = site.path();
    return wanted.containsKey(path) || edits.has(path) || wanted.containsKey(patternOf(path));
  }

  @Override
  public Tensor at(Site site, Tensor value) {
    String path = site.path();
    Tensor going = edits.has(path) ? changed(path, value) : value;
    if (wanted.containsKey(path)) {
      values.put(path, Value.copy(going, shape(path, going)));
    }
    if (wanted.containsKey(patternOf(path))) {
      visible.put(patternOf(path), Visibility.of(going));
    }
    return going;
  }

  private Tensor changed(String path, Tensor value) {
    Tensor copy = value.copy();
    edits.apply(path, copy.reshape(shape(path, value).toArray()));
    return copy;
  }

  private Shape shape(String path, Tensor value) {
    SiteShape site = model.get(path);
    return site.axes() == SiteShape.Axes.MAP
        ? value.shape()
        : site.of(value.axis(0), value.axis(1));
  }

  /// The site of the pattern that comes of scores; none has the name that other sites give.
  private static String patternOf(String path) {
    return path.endsWith(SCORES)
        ? path.substring(0, path.length() - SCORES.length()) + PATTERN
        : "";
  }

  Trace trace(Tokens tokens, Value logits) {
    return new Trace(tokens, logits, values, visible);
  }
}
