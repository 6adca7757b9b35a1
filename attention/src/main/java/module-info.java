/// The attention engine: what a call is (an immutable record), and the executors that run it.
@org.jspecify.annotations.NullMarked
module dev.heed.attention {
  requires static org.jspecify;
  requires transitive dev.heed.tensor;

  exports dev.heed.attention;
  exports dev.heed.attention.expression;
  exports dev.heed.attention.mixer;
  exports dev.heed.attention.source;
}
