package dev.heed.checkpoint;

import dev.heed.tensor.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Tensors that differ only in a number of their names, as those of the layers do.
///
/// @param pattern the name with the numbers that vary: `blk.0-4.attn_q.weight`, `blk.0,2.attn.o`
/// @param type the format as the file calls it
/// @param count how many there are
/// @param bytes of all of them together
public record TensorGroup(String pattern, String type, Shape shape, int count, long bytes) {
  /// So many runs of numbers are told one by one.
  private static final int MOST_RUNS = 6;

  private static final Pattern NUMBER = Pattern.compile("(?<![A-Za-z0-9])\\d{1,9}(?![A-Za-z0-9])");

  /// The groups in the order of their first tensors.
  public static List<TensorGroup> of(Collection<StoredTensor> tensors) {
    record Key(String pattern, String type, Shape shape) {}
    Map<Key, List<StoredTensor>> groups = new LinkedHashMap<>();
    for (StoredTensor tensor : tensors) {
      Key key =
          new Key(
              NUMBER.matcher(tensor.name()).replaceAll("\u0000"), tensor.type(), tensor.shape());
      groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(tensor);
    }
    return groups.values().stream().map(TensorGroup::group).toList();
  }

  private static TensorGroup group(List<StoredTensor> tensors) {
    List<int[]> numbers = tensors.stream().map(tensor -> numbers(tensor.name())).toList();
    StoredTensor first = tensors.getFirst();
    int[] at = {0};
    String pattern =
        NUMBER.matcher(first.name()).replaceAll(found -> range(found.group(), numbers, at[0]++));
    long bytes = tensors.stream().mapToLong(StoredTensor::bytes).sum();
    return new TensorGroup(pattern, first.type(), first.shape(), tensors.size(), bytes);
  }

  private static String range(String only, List<int[]> numbers, int at) {
    int[] all = numbers.stream().mapToInt(one -> one[at]).distinct().sorted().toArray();
    if (all.length == 1) {
      return only;
    }
    List<String> runs = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= all.length; i++) {
      if (i == all.length || all[i] != all[i - 1] + 1) {
        runs.add(from == i - 1 ? "" + all[from] : all[from] + "-" + all[i - 1]);
        from = i;
      }
    }
    return runs.size() <= MOST_RUNS ? String.join(",", runs) : all[0] + "-" + all[all.length - 1];
  }

  private static int[] numbers(String name) {
    Matcher matcher = NUMBER.matcher(name);
    return matcher.results().mapToInt(found -> Integer.parseInt(found.group())).toArray();
  }
}
