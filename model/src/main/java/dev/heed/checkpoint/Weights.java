package dev.heed.checkpoint;

import dev.heed.tensor.DataType;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Weight;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// The weights of a checkpoint under a path, so that a model's code can follow the tree of names:
///
/// ```java
/// Weights attention = weights.in("blocks").in(3).in("attention");
/// Weight query = attention.get("q.weight", heads * width, d);
/// ```
///
/// A missing tensor or another shape is a [CheckpointException] that names the path. Views made by
/// [#in] and [#named] share the record of what was read.
public final class Weights {
  private static final Set<DataType> WHOLE =
      Set.of(DataType.I64, DataType.I32, DataType.I16, DataType.I8, DataType.U8, DataType.BOOL);

  /// Makes the weight of a name that nothing has stored, in the shape that a model asks for.
  @FunctionalInterface
  public interface Maker {
    Weight make(String name, Shape shape);
  }

  private final Set<String> names;
  private final Function<String, Weight> load;
  private final Optional<Maker> maker;
  private final Set<String> read;
  private final String prefix;
  private final UnaryOperator<String> translate;

  private Weights(Weights from, String prefix, UnaryOperator<String> translate) {
    this.names = from.names;
    this.load = from.load;
    this.maker = from.maker;
    this.read = from.read;
    this.prefix = prefix;
    this.translate = translate;
  }

  /// @param load gives the weight of a name, which is one of `names`
  Weights(Set<String> names, Function<String, Weight> load) {
    this(names, load, Optional.empty());
  }

  private Weights(Set<String> names, Function<String, Weight> load, Optional<Maker> maker) {
    this.names = names;
    this.load = load;
    this.maker = maker;
    this.read = new ConcurrentSkipListSet<>();
    this.prefix = "";
    this.translate = UnaryOperator.identity();
  }

  /// Weights that are in memory already, by their full names.
  public static Weights of(Map<String, Weight> weights) {
    Map<String, Weight> copy = Map.copyOf(weights);
    return new Weights(copy.keySet(), name -> Objects.requireNonNull(copy.get(name)));
  }

  /// Weights that come into being as a model asks for them: those of a model that nobody has
  /// trained yet. None is there before, so what is optional is absent.
  public static Weights made(Maker maker) {
    return new Weights(Set.of(), _ -> Weight.of("", new float[0], 0), Optional.of(maker));
  }

  /// The weights below `step`, which may hold dots: `in("model.layers")`.
  public Weights in(String step) {
    return step.isEmpty() ? this : new Weights(this, prefix + step + ".", translate);
  }

  /// The weights below number `index` of a list.
  public Weights in(int index) {
    return in(Integer.toString(index));
  }

  /// The same weights for code that knows them by other names: `translate` turns a full path into
  /// the name in the file.
  public Weights named(UnaryOperator<String> translate) {
    return new Weights(this, prefix, path -> this.translate.apply(translate.apply(path)));
  }

  /// The path to here, with a dot at its end unless it is empty.
  public String path() {
    return prefix;
  }

  /// Whether there is a tensor `name` here.
  public boolean has(String name) {
    return names.contains(stored(name));
  }

  /// The tensor `name` here, which must have this shape.
  public Weight get(String name, int... shape) {
    String stored = stored(name);
    if (maker.isPresent()) {
      return maker.get().make(stored, Shape.of(shape));
    }
    if (!names.contains(stored)) {
      throw new CheckpointException(
          "checkpoint: %s %s is missing; %s"
              .formatted(described(name, stored), Shape.of(shape), Nearest.hint(stored, names)));
    }
    Weight weight = load.apply(stored);
    if (!weight.shape().equals(Shape.of(shape))) {
      throw new CheckpointException(
          "checkpoint: %s should be %s, is %s"
              .formatted(described(name, stored), Shape.of(shape), weight.shape()));
    }
    if (WHOLE.contains(weight.type())) {
      throw new CheckpointException(
          "checkpoint: %s is stored as %s; a weight should be stored as decimals"
              .formatted(described(name, stored), weight.type()));
    }
    read.add(stored);
    return weight;
  }

  /// The tensor `name` here; of a model that nobody has trained yet `initial`, whatever other
  /// weights begin with.
  public Weight get(String name, Supplier<float[]> initial, int... shape) {
    return maker.isPresent() ? Weight.of(stored(name), initial.get(), shape) : get(name, shape);
  }

  /// The tensor `name` here, if there is one; then it must have this shape.
  public Optional<Weight> optional(String name, int... shape) {
    return has(name) ? Optional.of(get(name, shape)) : Optional.empty();
  }

  /// The shape of the tensor `name` here, if there is one; does not count as reading it.
  public Optional<Shape> shape(String name) {
    return has(name) ? Optional.of(load.apply(stored(name)).shape()) : Optional.empty();
  }

  /// Counts the tensor `name` here as read, for one that a model knows and does not need.
  public void ignore(String name) {
    read.add(stored(name));
  }

  /// The names in the file that nothing has read yet, under any path.
  public List<String> unread() {
    return names.stream().filter(name -> !read.contains(name)).sorted().toList();
  }

  /// All names in the file.
  public Set<String> names() {
    return names;
  }

  private String stored(String name) {
    return translate.apply(prefix + name);
  }

  private String described(String name, String stored) {
    String path = "'" + Escape.text(prefix + name) + "'";
    return stored.equals(prefix + name)
        ? path
        : "'" + Escape.text(stored) + "' (" + Escape.text(prefix + name) + ")";
  }
}
