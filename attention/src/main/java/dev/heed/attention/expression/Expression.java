package dev.heed.attention.expression;

/// A node of an expression; prints as what [Parser] reads back to an equal node.
public sealed interface Expression permits Truth, Numeric {
  /// Nodes on the longest way down, itself included.
  int depth();
}
