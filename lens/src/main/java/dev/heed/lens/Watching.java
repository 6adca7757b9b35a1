package dev.heed.lens;

import dev.heed.attention.Observers;
import dev.heed.attention.Statistics;
import dev.heed.attention.Watch;
import dev.heed.grad.Site;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Keeps what observers see of the maps of one run.
final class Watching implements Watch {
  private final Observers observers;
  private final Set<String> wanted;
  private final Map<String, Statistics> seen = new LinkedHashMap<>();

  private Watching(Observers observers, Set<String> wanted) {
    this.observers = observers;
    this.wanted = wanted;
  }

  static Watching of(Observers observers, List<SiteShape> sites) {
    for (SiteShape site : sites) {
      if (!site.path().endsWith(".attn.pattern")) {
        throw new LensException(
            "observe: '%s' has no weights; observers look at 'attn.pattern'"
                .formatted(site.path()));
      }
    }
    return new Watching(
        observers, sites.stream().map(SiteShape::path).collect(Collectors.toUnmodifiableSet()));
  }

  @Override
  public boolean wants(Site pattern) {
    return wanted.contains(pattern.path());
  }

  @Override
  public Observers observers() {
    return observers;
  }

  @Override
  public void at(Site pattern, Statistics statistics) {
    seen.put(pattern.path(), statistics);
  }

  Map<String, Statistics> seen() {
    return Collections.unmodifiableMap(seen);
  }
}
