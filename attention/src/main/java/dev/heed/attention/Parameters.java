package dev.heed.attention;

import dev.heed.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Learned numbers that the choices of a call read, or their gradients, by name: `sink`, for
/// example, is the extra logit of each head, `[H]`.
///
/// Which names a call reads, and of what shape, its choices say: [Attention#needs].
public record Parameters(Map<String, Tensor> tensors) {
  private static final Parameters NONE = new Parameters(Map.of());

  public Parameters {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  public static Parameters none() {
    return NONE;
  }

  /// With `tensor`, instead of what had its name.
  public Parameters with(String name, Tensor tensor) {
    Map<String, Tensor> more = new LinkedHashMap<>(tensors);
    more.put(name, tensor);
    return new Parameters(more);
  }

  public Optional<Tensor> find(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /// The tensor of a name that is known to be there.
  Tensor get(String name) {
    return find(name).orElseThrow();
  }

  public Set<String> names() {
    return tensors.keySet();
  }
}
