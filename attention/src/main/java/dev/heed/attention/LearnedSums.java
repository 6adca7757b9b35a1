package dev.heed.attention;

import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// What the learned numbers of a call get on the way back.
///
/// Whoever leads queries of one head of one batch back adds to sums of its own, [#of]: as many
/// numbers as a head of a batch reads, those along axes that are not of batches or heads. Where
/// several tasks share a head, each is a part. In the end [#addUp] adds all sums in the order of
/// parts, batches and heads, so that the result is the same for any number of threads.
final class LearnedSums {
  private static final double[] UNWANTED = {};

  private final AttentionShape shape;
  private final int parts;
  private final Map<String, Table> tables = new HashMap<>();

  /// @param into where the gradient goes
  /// @param sums those of each part, batch and head; null where nothing was added
  private record Table(Need need, Tensor into, int size, double[][] sums) {}

  /// @param wanted where the gradients go that are wanted
  LearnedSums(BoundCall call, Parameters wanted, int parts) {
    this.shape = call.shape;
    this.parts = parts;
    for (Need need : call.attention.needs(shape)) {
      wanted
          .find(need.name())
          .ifPresent(into -> {
            int size = 1;
            for (int axis = 0; axis < need.axes().size(); axis++) {
              size *= need.axes().get(axis).isWithinHead() ? into.axis(axis) : 1;
            }
            double[][] sums = new double[parts * shape.batch() * shape.heads()][];
            tables.put(need.name(), new Table(need, into, size, sums));
          });
    }
  }

  /// Whether the gradient of `name` is wanted.
  boolean wants(String name) {
    return tables.containsKey(name);
  }

  /// The sums of a head of a batch, to be added to by one thread; of no length where the gradient
  /// is not wanted.
  double[] of(String name, int part, int b, int h) {
    Table table = tables.get(name);
    if (table == null) {
      return UNWANTED;
    }
    int place = (part * shape.batch() + b) * shape.heads() + h;
    if (table.sums[place] == null) {
      table.sums[place] = new double[table.size];
    }
    return table.sums[place];
  }

  /// Adds all sums to the gradients.
  void addUp() {
    for (Table table : tables.values()) {
      if (Arrays.stream(table.sums).allMatch(Objects::isNull)) {
        continue;
      }
      double[] total = new double[table.into.size()];
      for (int place = 0; place < parts * shape.batch() * shape.heads(); place++) {
        double[] sums = table.sums[place];
        for (int n = 0; sums != null && n < sums.length; n++) {
          total[index(table, place / shape.heads() % shape.batch(), place % shape.heads(), n)] +=
              sums[n];
        }
      }
      for (int n = 0; n < total.length; n++) {
        table.into.array()[table.into.offset() + n] += (float) total[n];
      }
    }
  }

  /// Where number `n` of a head of a batch lies; axes of length one are shared.
  private static int index(Table table, int b, int h, int n) {
    int index = 0;
    int rest = n;
    int stride = 1;
    for (int axis = table.need.axes().size() - 1; axis >= 0; axis--) {
      int length = table.into.axis(axis);
      int place =
          switch (table.need.axes().get(axis)) {
            case BATCH, ANY_BATCH -> b % length;
            case HEAD, ANY_HEAD -> h % length;
            case NUMBER, ANY_QUERY -> rest % length;
          };
      rest = table.need.axes().get(axis).isWithinHead() ? rest / length : rest;
      index += place * stride;
      stride *= length;
    }
    return index;
  }
}
