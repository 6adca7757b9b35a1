/// Nearest neighbours of a large memory, by Lucene's graph.
@org.jspecify.annotations.NullMarked
module dev.heed.memory.lucene {
  requires static org.jspecify;
  requires transitive dev.heed.attention;
  requires org.apache.lucene.core;

  exports dev.heed.memory.lucene;
}
