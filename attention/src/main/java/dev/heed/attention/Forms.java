package dev.heed.attention;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The choices of one axis as they are written: a name, and arguments in parentheses.
///
/// @param axis what errors call the axis
record Forms<T>(String axis, List<Form<T>> all) {
  /// One way to write a choice.
  ///
  /// @param text how it is written, its arguments by name: `softcap(c)`; `scale(f, ...)` takes one
  ///   or more
  /// @param type what it makes
  /// @param summary what it does, on a line
  /// @param paper who described it, and where
  record Form<T>(
      String text,
      Class<? extends T> type,
      String summary,
      String paper,
      Function<Arguments, T> make) {
    String name() {
      int open = text.indexOf('(');
      return open < 0 ? text : text.substring(0, open);
    }

    private boolean takes(int count) {
      int named = count(text);
      return text.endsWith("...)") ? count >= named - 1 : count == named;
    }

    private static int count(String text) {
      return text.indexOf('(') < 0 ? 0 : text.split(",", -1).length;
    }
  }

  /// What stands in the parentheses.
  ///
  /// @param where what errors say it belongs to, with what would fit
  record Arguments(String where, List<String> texts) {
    int count() {
      return texts.size();
    }

    double number(int index) {
      return parsed(index, "a number", Double::valueOf);
    }

    int whole(int index) {
      return parsed(index, "a whole number of 32 bits", Integer::valueOf);
    }

    List<Double> numbers() {
      List<Double> numbers = new ArrayList<>();
      for (int index = 0; index < count(); index++) {
        numbers.add(number(index));
      }
      return numbers;
    }

    /// The constant that the argument names, in small letters.
    <E extends Enum<E>> E word(int index, Class<E> type) {
      List<E> constants = List.of(type.getEnumConstants());
      return constants.stream()
          .filter(constant -> Forms.word(constant).equals(texts.get(index)))
          .findFirst()
          .orElseThrow(() ->
              wrong(
                  index, constants.stream().map(Forms::word).collect(Collectors.joining(" or "))));
    }

    private <N> N parsed(int index, String wanted, Function<String, N> reader) {
      try {
        return reader.apply(texts.get(index));
      } catch (NumberFormatException _) {
        throw wrong(index, wanted);
      }
    }

    /// Checks that the one argument is this word.
    void only(String word) {
      if (!texts.equals(List.of(word))) {
        throw wrong(0, word);
      }
    }

    private AttentionException wrong(int index, String wanted) {
      return new AttentionException(
          "%s: '%s' should be %s".formatted(where, shown(texts.get(index)), wanted));
    }
  }

  /// Reads a choice.
  T parse(String text) {
    String trimmed = text.strip();
    int open = trimmed.indexOf('(');
    String name = (open < 0 ? trimmed : trimmed.substring(0, open)).strip();
    List<Form<T>> named = all.stream().filter(form -> form.name().equals(name)).toList();
    if (named.isEmpty() || (open >= 0 && !trimmed.endsWith(")"))) {
      throw new UnknownChoiceException(
          axis, shown(text), named.isEmpty() ? fitting(all) : fitting(named));
    }
    List<String> arguments =
        open < 0 ? List.of() : arguments(trimmed.substring(open + 1, trimmed.length() - 1));
    Optional<Form<T>> form = named.stream().filter(one -> one.takes(arguments.size())).findFirst();
    if (form.isEmpty()) {
      throw new AttentionException(
          "%s: '%s' has %d arguments; %s would fit"
              .formatted(axis, shown(text), arguments.size(), fitting(named)));
    }
    String where = "%s %s".formatted(axis, form.get().text());
    return form.get().make().apply(new Arguments(where, arguments));
  }

  private static List<String> arguments(String inside) {
    return List.of(inside.split(",", -1)).stream().map(String::strip).toList();
  }

  private static String fitting(List<? extends Form<?>> forms) {
    return forms.stream().map(Form::text).collect(Collectors.joining(", "));
  }

  private static String shown(String text) {
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }

  /// How a constant is written.
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /// A number so that reading it gives the same one.
  static String number(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }
}
