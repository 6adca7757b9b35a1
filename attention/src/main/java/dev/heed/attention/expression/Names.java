package dev.heed.attention.expression;

import dev.heed.attention.expression.Numeric.Binary;
import dev.heed.attention.expression.Numeric.Literal;
import dev.heed.attention.expression.Numeric.Parameter;
import dev.heed.attention.expression.Numeric.Symbol;
import dev.heed.attention.expression.Numeric.Unary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/// The names that mean something in an expression: symbols, parameters, functions, named masks.
final class Names {
  /// What a name with arguments makes.
  ///
  /// @param wholeNumbers whether the arguments are whole numbers written out
  /// @param shown as one reads it
  record Form(
      Arguments arguments,
      boolean wholeNumbers,
      String shown,
      Function<List<Numeric>, Expression> make) {}

  /// How many arguments a form takes.
  record Arguments(int fewest, int most) {}

  /// A mask of whole numbers.
  private interface Whole {
    Truth of(int[] numbers);
  }

  private static final Map<String, Form> FORMS = forms();

  /// The form whose first argument is a truth.
  static final String CHOICE = "if";

  private final Map<String, Expression> constants = new TreeMap<>();

  /// Whether a name that means nothing names a parameter.
  private final boolean open;

  private Names(Set<String> parameters, boolean open) {
    this.open = open;
    constants.put("causal", new Truth.Causal());
    constants.put("document", new Truth.Document());
    constants.put("padding", new Truth.Padding());
    constants.put("given", new Truth.Given());
    constants.put("true", new Truth.Constant(true));
    constants.put("false", new Truth.Constant(false));
    for (Symbol symbol : Symbol.values()) {
      constants.put(symbol.text(), symbol);
    }
    for (String parameter : parameters) {
      if (constants.containsKey(parameter)
          || FORMS.containsKey(parameter)
          || parameter.equals(CHOICE)
          || parameter.equals("mod")) {
        throw new ExpressionException(
            "'%s' cannot name a parameter; it means something already".formatted(parameter));
      }
      constants.put(parameter, new Parameter(parameter));
    }
  }

  static Names ofMask(Set<String> parameters) {
    Names names = new Names(parameters, false);
    names.constants.remove(Symbol.S.text());
    return names;
  }

  static Names ofModifier(Set<String> parameters) {
    return new Names(parameters, false);
  }

  /// In which every further name is a parameter.
  static Names ofModifier() {
    return new Names(Set.of(), true);
  }

  /// The parameter of a name that nothing follows which would make it a call.
  Optional<Expression> parameter(String name) {
    return open && !FORMS.containsKey(name) && !name.equals(CHOICE) && !name.equals("mod")
        ? Optional.of(new Parameter(name))
        : Optional.empty();
  }

  Optional<Expression> constant(String name) {
    return Optional.ofNullable(constants.get(name));
  }

  Optional<Form> form(String name) {
    return Optional.ofNullable(FORMS.get(name));
  }

  /// What can stand where a value is expected, in words.
  String fitting() {
    List<String> all = new ArrayList<>(constants.keySet());
    all.add(CHOICE + "(truth, a, b)");
    FORMS.values().forEach(form -> all.add(form.shown()));
    return "a number, '(', '-', '!' or one of " + String.join(", ", all);
  }

  private static Map<String, Form> forms() {
    Map<String, Form> forms = new TreeMap<>();
    whole(forms, "window(w)", n -> new Truth.Window(n[0]));
    whole(forms, "global(g)", n -> new Truth.Global(n[0]));
    whole(forms, "prefix(p)", n -> new Truth.Prefix(n[0]));
    whole(forms, "front(n)", n -> new Truth.Front(n[0]));
    whole(forms, "chunk(c)", n -> new Truth.Chunk(n[0]));
    whole(forms, "previous(c)", n -> new Truth.Previous(n[0]));
    whole(forms, "dilated(r)", n -> new Truth.Dilated(n[0]));
    whole(forms, "strided(l)", n -> new Truth.Strided(n[0]));
    whole(forms, "fixed(l, c)", n -> new Truth.Fixed(n[0], n[1]));
    whole(forms, "grid(width, radius)", n -> new Truth.Grid(n[0], n[1]));
    whole(
        forms,
        "random(r, size, seed[, blocks])",
        n -> new Truth.RandomBlocks(n[0], n[1], n[2], n.length > 3 ? n[3] : 0));
    for (Unary.Function function : Unary.Function.values()) {
      if (function != Unary.Function.NEGATE) {
        unary(forms, function);
      }
    }
    binary(forms, "min", Binary.Function.MIN);
    binary(forms, "max", Binary.Function.MAX);
    return forms;
  }

  private static void whole(Map<String, Form> forms, String shown, Whole make) {
    int most = shown.split(",", -1).length;
    int fewest = most - (shown.contains("[") ? 1 : 0);
    forms.put(
        shown.substring(0, shown.indexOf('(')),
        new Form(
            new Arguments(fewest, most),
            true,
            shown,
            arguments ->
                make.of(arguments.stream().mapToInt(n -> (int) ((Literal) n).value()).toArray())));
  }

  private static void unary(Map<String, Form> forms, Unary.Function function) {
    String name = function.name().toLowerCase(Locale.ROOT);
    forms.put(
        name,
        new Form(
            new Arguments(1, 1),
            false,
            name + "(n)",
            arguments -> new Unary(function, arguments.getFirst())));
  }

  private static void binary(Map<String, Form> forms, String name, Binary.Function function) {
    forms.put(
        name,
        new Form(
            new Arguments(2, 2),
            false,
            name + "(a, b)",
            arguments -> new Binary(function, arguments.get(0), arguments.get(1))));
  }
}
