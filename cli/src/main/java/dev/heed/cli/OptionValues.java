package dev.heed.cli;

import dev.heed.attention.Mask;
import dev.heed.attention.Mixing;
import dev.heed.attention.Modifier;
import dev.heed.attention.Normalizer;
import dev.heed.attention.Observer;
import dev.heed.attention.Score;
import dev.heed.attention.Source;
import dev.heed.tensor.HeedException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.TypeConversionException;

/// How the values of options are read; what does not fit is said in the words of a user.
final class OptionValues {
  private OptionValues() {}

  static CommandLine register(CommandLine line) {
    return registerEnums(line)
        .registerConverter(int.class, OptionValues::integer)
        .registerConverter(Integer.class, OptionValues::integer)
        .registerConverter(long.class, text -> number(text, Long::valueOf, "a whole number"))
        .registerConverter(double.class, text -> number(text, Double::valueOf, "a number"))
        .registerConverter(Path.class, OptionValues::path)
        .registerConverter(Score.class, choice(Score::parse))
        .registerConverter(Mixing.class, choice(Mixing::parse))
        .registerConverter(Modifier.class, choice(Modifier::parse))
        .registerConverter(Mask.class, choice(Mask::parse))
        .registerConverter(Normalizer.class, choice(Normalizer::parse))
        .registerConverter(Source.class, choice(Source::parse))
        .registerConverter(Observer.class, choice(Observer::parse));
  }

  /// Constants are read as help shows them, whatever the letters' case, for every option of a
  /// command and its subcommands.
  private static CommandLine registerEnums(CommandLine line) {
    for (ArgSpec option : line.getCommandSpec().args()) {
      Arrays.stream(option.auxiliaryTypes())
          .filter(Class::isEnum)
          .forEach(type -> registerEnum(line, type));
    }
    line.getSubcommands().values().forEach(OptionValues::registerEnums);
    return line;
  }

  private static <E> void registerEnum(CommandLine line, Class<E> type) {
    List<E> all = List.of(type.getEnumConstants());
    line.registerConverter(
        type,
        text ->
            all.stream()
                .filter(one -> plain(one.toString()).equals(plain(text)))
                .findFirst()
                .orElseThrow(() ->
                    new TypeConversionException(
                        "'%s' is none of %s"
                            .formatted(
                                text,
                                all.stream()
                                    .map(Object::toString)
                                    .collect(Collectors.joining(", "))))));
  }

  private static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Integer integer(String text) {
    return number(text, Integer::valueOf, "a whole number up to " + Integer.MAX_VALUE);
  }

  private static <N> N number(String text, Function<String, N> reader, String expected) {
    try {
      return reader.apply(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'%s' is not %s".formatted(text, expected));
    }
  }

  private static Path path(String text) {
    if (text.isEmpty()) {
      throw new TypeConversionException("'' names nothing; name a file or a folder");
    }
    return Path.of(text);
  }

  private static <T> ITypeConverter<T> choice(Function<String, T> parse) {
    return text -> {
      try {
        return parse.apply(text);
      } catch (HeedException e) {
        throw new TypeConversionException(e.getMessage());
      }
    };
  }

  /// How a constant is written.
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
