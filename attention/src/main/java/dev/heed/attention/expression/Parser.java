package dev.heed.attention.expression;

import dev.heed.attention.expression.Lexer.Kind;
import dev.heed.attention.expression.Lexer.Token;
import dev.heed.attention.expression.Numeric.Binary;
import dev.heed.attention.expression.Numeric.Literal;
import dev.heed.attention.expression.Numeric.Unary;
import dev.heed.attention.expression.Truth.Comparison.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads expressions by recursive descent. From loose to tight: `|`, `&`, comparison (not chained),
/// `+ -`, `* / mod`, prefix `-` and `!`, then names, numbers, calls and parentheses.
public final class Parser {
  /// Nodes on the longest way down that an expression may have.
  public static final int MAX_DEPTH = 100;

  /// Characters that an expression may have.
  public static final int MAX_LENGTH = 20_000;

  private final String text;
  private final List<Token> tokens;
  private final Names names;
  private int at;
  private int nesting;

  private Parser(String text, Names names) {
    if (text.length() > MAX_LENGTH) {
      throw new ExpressionException(
          "%d characters are too many; %d would fit".formatted(text.length(), MAX_LENGTH));
    }
    this.text = text;
    this.tokens = Lexer.tokens(text);
    this.names = names;
  }

  /// Reads a mask.
  public static Truth truth(String text) {
    return truth(text, Set.of());
  }

  /// Reads a mask in which the names of `parameters` are numbers too.
  public static Truth truth(String text, Set<String> parameters) {
    Parser parser = new Parser(text, Names.ofMask(parameters));
    return parser.asTruth(parser.whole(), 0);
  }

  /// Reads a score modifier: a number in which `s` is the score and the names of `parameters` are
  /// numbers.
  public static Numeric number(String text, Set<String> parameters) {
    Parser parser = new Parser(text, Names.ofModifier(parameters));
    return parser.asNumber(parser.whole(), 0);
  }

  /// Reads a score modifier in which every name that means nothing else is a parameter.
  public static Numeric number(String text) {
    Parser parser = new Parser(text, Names.ofModifier());
    return parser.asNumber(parser.whole(), 0);
  }

  private Expression whole() {
    Expression expression = or();
    if (peek().kind() != Kind.END) {
      throw error(peek(), "an operator or the end");
    }
    return expression;
  }

  private Expression or() {
    int start = peek().position();
    Expression first = and();
    if (!peek().is("|")) {
      return first;
    }
    List<Truth> operands = new ArrayList<>(List.of(asTruth(first, start)));
    while (accept("|")) {
      int next = peek().position();
      operands.add(asTruth(and(), next));
    }
    return limited(new Truth.Or(operands), start);
  }

  private Expression and() {
    int start = peek().position();
    Expression first = comparison();
    if (!peek().is("&")) {
      return first;
    }
    List<Truth> operands = new ArrayList<>(List.of(asTruth(first, start)));
    while (accept("&")) {
      int next = peek().position();
      operands.add(asTruth(comparison(), next));
    }
    return limited(new Truth.And(operands), start);
  }

  private Expression comparison() {
    int start = peek().position();
    Expression left = sum();
    Relation relation = relation(peek());
    if (relation == null) {
      return left;
    }
    Numeric first = asNumber(left, start);
    at++;
    int next = peek().position();
    Numeric second = asNumber(sum(), next);
    if (relation(peek()) != null) {
      throw error(peek(), "'&' and a comparison of its own, comparisons are not chained,");
    }
    return limited(new Truth.Comparison(relation, first, second), start);
  }

  private static @org.jspecify.annotations.Nullable Relation relation(Token token) {
    return switch (token.kind() == Kind.SIGN ? token.text() : "") {
      case "<" -> Relation.LESS;
      case "<=" -> Relation.AT_MOST;
      case ">" -> Relation.GREATER;
      case ">=" -> Relation.AT_LEAST;
      case "=", "==" -> Relation.EQUAL;
      case "!=" -> Relation.UNEQUAL;
      default -> null;
    };
  }

  private Expression sum() {
    int start = peek().position();
    Expression left = product();
    while (peek().is("+") || peek().is("-")) {
      Numeric first = asNumber(left, start);
      Binary.Function function = take().is("+") ? Binary.Function.ADD : Binary.Function.SUBTRACT;
      int next = peek().position();
      left = limited(new Binary(function, first, asNumber(product(), next)), start);
    }
    return left;
  }

  private Expression product() {
    int start = peek().position();
    Expression left = prefix();
    while (peek().is("*") || peek().is("/") || peek().is("mod")) {
      Numeric first = asNumber(left, start);
      Binary.Function function =
          switch (take().text()) {
            case "*" -> Binary.Function.MULTIPLY;
            case "/" -> Binary.Function.DIVIDE;
            default -> Binary.Function.MOD;
          };
      int next = peek().position();
      left = limited(new Binary(function, first, asNumber(prefix(), next)), start);
    }
    return left;
  }

  private Expression prefix() {
    Token token = peek();
    if (nesting == MAX_DEPTH) {
      throw error(token, "at most %d forms inside each other".formatted(MAX_DEPTH));
    }
    nesting++;
    try {
      if (accept("!")) {
        int next = peek().position();
        return limited(new Truth.Not(asTruth(prefix(), next)), token.position());
      }
      if (accept("-")) {
        int next = peek().position();
        boolean literal = peek().kind() == Kind.NUMBER;
        Numeric operand = asNumber(prefix(), next);
        return literal && operand instanceof Literal(double value)
            ? new Literal(-value)
            : limited(new Unary(Unary.Function.NEGATE, operand), token.position());
      }
      return primary();
    } finally {
      nesting--;
    }
  }

  private Expression primary() {
    Token token = take();
    if (token.kind() == Kind.NUMBER) {
      return new Literal(value(token));
    }
    if (token.is("(")) {
      Expression inner = or();
      expect(")");
      return inner;
    }
    if (token.kind() == Kind.NAME) {
      return names
          .constant(token.text())
          .or(() -> call(token))
          .or(() -> peek().is("(") ? Optional.empty() : names.parameter(token.text()))
          .orElseThrow(() -> error(token, names.fitting()));
    }
    throw error(token, names.fitting());
  }

  /// A choice, whose name is read.
  private Expression choice(Token name) {
    expect("(");
    int start = peek().position();
    Truth condition = asTruth(or(), start);
    expect(",");
    start = peek().position();
    Numeric then = asNumber(or(), start);
    expect(",");
    start = peek().position();
    Numeric otherwise = asNumber(or(), start);
    expect(")");
    return limited(new Numeric.Choice(condition, then, otherwise), name.position());
  }

  private Optional<Expression> call(Token name) {
    if (name.is(Names.CHOICE)) {
      return Optional.of(choice(name));
    }
    Names.Form form = names.form(name.text()).orElse(null);
    if (form == null) {
      return Optional.empty();
    }
    expect("(");
    List<Numeric> arguments = new ArrayList<>();
    for (int i = 0; i < form.arguments().most(); i++) {
      if (i >= form.arguments().fewest() && !peek().is(",")) {
        break;
      }
      if (i > 0) {
        expect(",");
      }
      int next = peek().position();
      Numeric argument = asNumber(or(), next);
      if (form.wholeNumbers() && !isWhole(argument)) {
        throw ExpressionException.at(
            text, next, "'" + argument + "'", "a whole number that fits 32 bits");
      }
      arguments.add(argument);
    }
    expect(")");
    try {
      return Optional.of(limited(form.make().apply(arguments), name.position()));
    } catch (ExpressionException wrong) {
      throw ExpressionException.at(
          text, name.position(), "'" + name.text() + "'", wrong.getMessage());
    }
  }

  private static boolean isWhole(Numeric argument) {
    return argument instanceof Literal(double value) && value == (int) value;
  }

  private double value(Token token) {
    try {
      double value = Double.parseDouble(token.text());
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException _) {
      // told below, with the position
    }
    throw error(token, "a number such as 12, 0.5 or 1e-3");
  }

  private Token peek() {
    return tokens.get(at);
  }

  private Token take() {
    Token token = tokens.get(at);
    if (token.kind() != Kind.END) {
      at++;
    }
    return token;
  }

  private boolean accept(String sign) {
    if (!peek().is(sign)) {
      return false;
    }
    at++;
    return true;
  }

  private void expect(String sign) {
    if (!accept(sign)) {
      throw error(peek(), "'" + sign + "'");
    }
  }

  private ExpressionException error(Token found, String fit) {
    return ExpressionException.at(text, found.position(), found.shown(), fit);
  }

  private Truth asTruth(Expression expression, int start) {
    return switch (expression) {
      case Truth truth -> truth;
      case Numeric number ->
          throw ExpressionException.at(
              text, start, "the number '%s'".formatted(number), "a truth such as causal or j <= i");
    };
  }

  private Numeric asNumber(Expression expression, int start) {
    return switch (expression) {
      case Numeric number -> number;
      case Truth truth ->
          throw ExpressionException.at(
              text, start, "the truth '%s'".formatted(truth), "a number such as i - j");
    };
  }

  private <T extends Expression> T limited(T expression, int start) {
    if (expression.depth() > MAX_DEPTH) {
      throw ExpressionException.at(
          text, start, "a form %d deep".formatted(expression.depth()), "at most " + MAX_DEPTH);
    }
    return expression;
  }
}
