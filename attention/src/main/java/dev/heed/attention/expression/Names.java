package dev.heed.attention.expression;

import dev.heed.attention.expression.Numeric.Binary;
import dev.heed.attention.expression.Numeric.Literal;
import dev.heed.attention.expression.Numeric.Parameter;
import dev.heed.attention.expression.Numeric.Symbol;
import dev.heed.attention.expression.Numeric.Unary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;

/// The names that mean something in an expression: symbols, parameters, functions, named masks.
final class Names {
  /// What a name with arguments makes.
  ///
  /// @param wholeNumbers whether the arguments are whole numbers written out
  record Form(int arguments, boolean wholeNumbers, Function<List<Numeric>, Expression> make) {}

  private static final Map<String, Form> FORMS = forms();

  private final Map<String, Expression> constants = new TreeMap<>();

  private Names(Set<String> parameters) {
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
          || parameter.equals("mod")) {
        throw new ExpressionException(
            "'%s' cannot name a parameter; it means something already".formatted(parameter));
      }
      constants.put(parameter, new Parameter(parameter));
    }
  }

  static Names ofMask(Set<String> parameters) {
    Names names = new Names(parameters);
    names.constants.remove(Symbol.S.text());
    return names;
  }

  static Names ofModifier(Set<String> parameters) {
    return new Names(parameters);
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
    FORMS.forEach((name, form) -> all.add(name + (form.arguments() == 1 ? "(n)" : "(a, b)")));
    return "a number, '(', '-', '!' or one of " + String.join(", ", all);
  }

  private static Map<String, Form> forms() {
    Map<String, Form> forms = new TreeMap<>();
    forms.put("window", whole(Truth.Window::new));
    forms.put("global", whole(Truth.Global::new));
    forms.put("prefix", whole(Truth.Prefix::new));
    forms.put("chunk", whole(Truth.Chunk::new));
    forms.put("dilated", whole(Truth.Dilated::new));
    forms.put("floor", unary(Unary.Function.FLOOR));
    forms.put("abs", unary(Unary.Function.ABS));
    forms.put("exp", unary(Unary.Function.EXP));
    forms.put("log", unary(Unary.Function.LOG));
    forms.put("tanh", unary(Unary.Function.TANH));
    forms.put("min", binary(Binary.Function.MIN));
    forms.put("max", binary(Binary.Function.MAX));
    return forms;
  }

  private static Form whole(IntFunction<Truth> make) {
    return new Form(
        1, true, arguments -> make.apply((int) ((Literal) arguments.getFirst()).value()));
  }

  private static Form unary(Unary.Function function) {
    return new Form(1, false, arguments -> new Unary(function, arguments.getFirst()));
  }

  private static Form binary(Binary.Function function) {
    return new Form(
        2, false, arguments -> new Binary(function, arguments.get(0), arguments.get(1)));
  }
}
