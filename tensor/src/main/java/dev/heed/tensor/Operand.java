package dev.heed.tensor;

/// Something that an operation reads and that a gradient can belong to. Gradients are kept by
/// identity.
public sealed interface Operand permits Tensor, Weight {
  Shape shape();
}
