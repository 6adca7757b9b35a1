/// The studio: a page that looks inside a model, and the server under it.
@org.jspecify.annotations.NullMarked
module dev.heed.serve {
  requires static org.jspecify;
  requires transitive dev.heed.lens;
  requires io.vertx.core;

  exports dev.heed.serve;
}
