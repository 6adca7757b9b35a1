/// The expression language: truths (masks) and numbers (score modifiers) over the positions of a
/// query and a key.
///
/// [Parser] reads it, `toString` of a node prints it, [Truth] and [Numeric] are its two halves.
package dev.heed.attention.expression;
