package dev.heed.grad;

/// A named place in a model where a [Probe] can look; `blocks.3.attn.pattern`, named as
/// TransformerLens names it, without `hook_`.
public record Site(String path) {
  /// A site inside block `block`.
  public static Site inBlock(int block, String point) {
    return new Site("blocks." + block + "." + point);
  }

  @Override
  public String toString() {
    return path;
  }
}
