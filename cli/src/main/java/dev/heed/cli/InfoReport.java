package dev.heed.cli;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.Escape;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Json.Obj;
import dev.heed.checkpoint.ModelSizes;
import dev.heed.checkpoint.StoredTensor;
import dev.heed.checkpoint.Summary;
import dev.heed.checkpoint.TensorGroup;
import dev.heed.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// The answer of `heed info`, as lines and as JSON.
///
/// @param context positions that memory is counted for, 0 where nobody said
record InfoReport(Path path, Checkpoint checkpoint, Summary summary, int context) {
  private static final int MOST_GROUPS = 100;

  /// @param wanted positions to count memory for, 0 for the context of the model
  static InfoReport of(Path path, Checkpoint checkpoint, int wanted) {
    Summary summary = new Summary(checkpoint);
    int context = wanted > 0 ? wanted : summary.sizes().context().orElse(0);
    return new InfoReport(path, checkpoint, summary, context);
  }

  private Map<String, OptionalInt> sizes() {
    ModelSizes sizes = summary.sizes();
    Map<String, OptionalInt> all = new LinkedHashMap<>();
    all.put("layers", sizes.layers());
    all.put("width", sizes.width());
    all.put("heads", sizes.heads());
    all.put("kv heads", sizes.kvHeads());
    all.put("head width", sizes.headWidth());
    all.put("hidden width", sizes.hidden());
    all.put("context", sizes.context());
    all.put("window", sizes.window());
    all.put("vocabulary", sizes.vocabulary());
    return all;
  }

  /// Everything but the tensors, one fact a line.
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(line("model", Escape.text(path.toString())));
    lines.add(line("format", summary.format()));
    summary.name().ifPresent(name -> lines.add(line("name", Escape.text(name))));
    lines.add(line("architecture", summary.architecture().map(Escape::text).orElse("not stated")));
    sizes().forEach((name, size) -> size.ifPresent(value -> lines.add(line(name, number(value)))));
    lines.add(line("parameters", number(summary.parameters())));
    lines.add(line("stored as", types()));
    summary
        .tokenizer()
        .ifPresent(found ->
            lines.add(
                line(
                    "tokenizer",
                    Escape.text(found.kind()) + ", " + number(found.vocabulary()) + " tokens")));
    if (!checkpoint.endTokens().isEmpty()) {
      lines.add(line("ends at", "token " + join(checkpoint.endTokens())));
    }
    lines.add(line("memory", memory()));
    return lines;
  }

  private static String line(String name, String value) {
    return "%-13s %s".formatted(name, value);
  }

  private static String join(List<Integer> ids) {
    return ids.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  private String types() {
    return summary.types().isEmpty()
        ? "nothing"
        : summary.types().entrySet().stream()
            .map(type ->
                "%s (%s, %s)"
                    .formatted(
                        type.getKey(),
                        Words.count(type.getValue().tensors(), "tensor"),
                        bytes(type.getValue().bytes())))
            .collect(Collectors.joining(", "));
  }

  private OptionalLong cacheBytes() {
    return summary.generates() && context > 0
        ? summary.sizes().cacheBytes(context)
        : OptionalLong.empty();
  }

  private String memory() {
    String weights = bytes(summary.weightBytes()) + " of mapped weights";
    OptionalLong cache = cacheBytes();
    if (cache.isEmpty()) {
      return weights;
    }
    ModelSizes sizes = summary.sizes();
    int layers = sizes.layers().orElse(0);
    int caching = sizes.caching().orElse(0);
    if (caching == 0) {
      return weights + "; its layers keep states, no keys and values";
    }
    return "%s + %s of keys and values for %s positions (%s each: %s x %s x %d numbers x 2 x 4 bytes)"
        .formatted(
            weights,
            bytes(cache.getAsLong()),
            number(context),
            bytes(cache.getAsLong() / context),
            caching == layers ? layers + " layers" : caching + " of " + layers + " layers",
            Words.count(sizes.kvHeads().orElse(0), "head"),
            sizes.headWidth().orElse(0));
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  static String bytes(long bytes) {
    String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }

  /// One line for the tensors that differ only by a number.
  List<String> groupLines() {
    List<TensorGroup> groups = summary.groups();
    List<String[]> rows = new ArrayList<>();
    for (TensorGroup group : groups.subList(0, Math.min(groups.size(), MOST_GROUPS))) {
      String count = group.count() == 1 ? "" : "x " + group.count();
      rows.add(row(group.pattern(), group.type(), group.shape(), count));
    }
    List<String> lines = new ArrayList<>(table(rows));
    if (groups.size() > MOST_GROUPS) {
      lines.add(
          "  and %s more lines; --tensors shows all"
              .formatted(number(groups.size() - MOST_GROUPS)));
    }
    return lines;
  }

  /// One line for each tensor.
  List<String> tensorLines() {
    return table(
        summary.tensors().stream()
            .map(tensor -> row(tensor.name(), tensor.type(), tensor.shape(), bytes(tensor.bytes())))
            .toList());
  }

  private static String[] row(String name, String type, Shape shape, String last) {
    return new String[] {Escape.text(name), type, shape.toString(), last};
  }

  private List<String> table(List<String[]> rows) {
    List<String> lines = new ArrayList<>();
    lines.add(line("tensors", number(summary.tensors().size())));
    int[] widths = new int[3];
    for (String[] row : rows) {
      Arrays.setAll(widths, i -> Math.max(widths[i], row[i].length()));
    }
    String format = "  %-" + widths[0] + "s  %-" + widths[1] + "s  %-" + widths[2] + "s  %s";
    for (String[] row : rows) {
      lines.add(format.formatted((Object[]) row).stripTrailing());
    }
    return lines;
  }

  /// The same facts as [#lines] and the groups of tensors.
  Obj json() {
    Obj json = Json.object().with("path", path.toString()).with("format", summary.format());
    if (summary.name().isPresent()) {
      json = json.with("name", summary.name().get());
    }
    if (summary.architecture().isPresent()) {
      json = json.with("architecture", summary.architecture().get());
    }
    for (Map.Entry<String, OptionalInt> size : sizes().entrySet()) {
      if (size.getValue().isPresent()) {
        json = json.with(size.getKey().replace(' ', '_'), size.getValue().getAsInt());
      }
    }
    return memoryJson(json)
        .with("tensor_count", summary.tensors().size())
        .with("tensors", Json.of(summary.groups().stream().map(InfoReport::groupJson).toList()));
  }

  private Obj memoryJson(Obj start) {
    Obj json =
        start.with("parameters", summary.parameters()).with("weight_bytes", summary.weightBytes());
    if (cacheBytes().isPresent()) {
      json = json.with("cache_positions", context).with("cache_bytes", cacheBytes().getAsLong());
    }
    if (summary.tokenizer().isPresent()) {
      Summary.TokenizerKind found = summary.tokenizer().get();
      json =
          json.with(
              "tokenizer",
              Json.object().with("kind", found.kind()).with("vocabulary", found.vocabulary()));
    }
    Obj types = Json.object();
    for (Map.Entry<String, Summary.Stored> type : summary.types().entrySet()) {
      types =
          types.with(
              type.getKey(),
              Json.object()
                  .with("tensors", type.getValue().tensors())
                  .with("bytes", type.getValue().bytes()));
    }
    return json.with(
            "end_tokens",
            Json.of(checkpoint.endTokens().stream().map(id -> Json.of((long) id)).toList()))
        .with("types", types);
  }

  private static Obj groupJson(TensorGroup group) {
    return Json.object()
        .with("pattern", group.pattern())
        .with("type", group.type())
        .with("shape", shape(group.shape()))
        .with("count", group.count())
        .with("bytes", group.bytes());
  }

  /// Every tensor, in place of the groups.
  Json.Arr allTensors() {
    return Json.of(summary.tensors().stream().map(InfoReport::tensorJson).toList());
  }

  private static Obj tensorJson(StoredTensor tensor) {
    return Json.object()
        .with("name", tensor.name())
        .with("type", tensor.type())
        .with("shape", shape(tensor.shape()))
        .with("offset", tensor.offset())
        .with("bytes", tensor.bytes());
  }

  private static Json.Arr shape(Shape shape) {
    return Json.of(
        Arrays.stream(shape.toArray()).mapToObj(length -> Json.of((long) length)).toList());
  }
}
