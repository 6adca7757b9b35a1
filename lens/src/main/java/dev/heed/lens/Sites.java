package dev.heed.lens;

import dev.heed.checkpoint.Nearest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Which sites of a model to look at: patterns of paths, each of which must match a site.
///
/// `*` stands for anything between two dots, `**` for anything, and `{0,3}` for one or the other.
///
/// @param patterns `blocks.*.attn.pattern`
public record Sites(List<String> patterns) {
  private static final Pattern SPECIAL = Pattern.compile("\\*\\*|\\*|\\{([^{}]*)}");

  public Sites {
    patterns = List.copyOf(patterns);
  }

  /// The sites that any of the patterns matches.
  public static Sites matching(String first, String... others) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(others));
    return new Sites(all);
  }

  /// No site: logits are all that is asked for.
  public static Sites none() {
    return new Sites(List.of());
  }

  /// These and those.
  public Sites and(Sites others) {
    List<String> all = new ArrayList<>(patterns);
    all.addAll(others.patterns);
    return new Sites(all);
  }

  /// These and those that match a pattern.
  public Sites and(String pattern) {
    return and(matching(pattern));
  }

  /// The sites of a model that are meant, in the order in which a pass meets them. A pattern that
  /// matches none is a mistake.
  public List<SiteShape> in(ModelSites model) {
    Set<String> found = new LinkedHashSet<>();
    for (String pattern : patterns) {
      Pattern compiled = compile(pattern);
      List<String> matches =
          model.paths().stream().filter(path -> compiled.matcher(path).matches()).toList();
      if (matches.isEmpty()) {
        throw new LensException(
            "lens: no site of the model matches '%s'; %s"
                .formatted(pattern, nearest(pattern, model.paths())));
      }
      found.addAll(matches);
    }
    return model.all().stream().filter(site -> found.contains(site.path())).toList();
  }

  private static String nearest(String pattern, Collection<String> paths) {
    return Nearest.hint(pattern.replace("*", "0"), paths);
  }

  private static Pattern compile(String pattern) {
    StringBuilder regex = new StringBuilder();
    var matcher = SPECIAL.matcher(pattern);
    int from = 0;
    while (matcher.find()) {
      regex.append(Pattern.quote(pattern.substring(from, matcher.start())));
      regex.append(
          switch (matcher.group()) {
            case "**" -> ".*";
            case "*" -> "[^.]*";
            default -> alternatives(matcher.group(1));
          });
      from = matcher.end();
    }
    return Pattern.compile(regex.append(Pattern.quote(pattern.substring(from))).toString());
  }

  private static String alternatives(String list) {
    List<String> quoted = new ArrayList<>();
    for (String one : list.split(",", -1)) {
      quoted.add(Pattern.quote(one.strip()));
    }
    return "(?:" + String.join("|", quoted) + ")";
  }
}
