/// Models: files, tokenizers, blocks, architectures and generation.
@org.jspecify.annotations.NullMarked
module dev.heed.model {
  requires static org.jspecify;
  requires transitive dev.heed.attention;
  requires tools.jackson.core;

  exports dev.heed.checkpoint;
  exports dev.heed.data;
  exports dev.heed.evaluate;
  exports dev.heed.generate;
  exports dev.heed.layer;
  exports dev.heed.model;
  exports dev.heed.report;
  exports dev.heed.text;
  exports dev.heed.train;
}
