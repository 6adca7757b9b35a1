/// Looking inside models: traces, interventions and what follows from them.
@org.jspecify.annotations.NullMarked
module dev.heed.lens {
  requires static org.jspecify;
  requires transitive dev.heed.model;

  exports dev.heed.lens;
}
