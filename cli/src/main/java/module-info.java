/// The `heed` command.
@org.jspecify.annotations.NullMarked
module dev.heed.cli {
  requires static org.jspecify;
  requires dev.heed.lens;
  requires dev.heed.serve;
  requires info.picocli;
  requires jdk.management;

  opens dev.heed.cli to
      info.picocli;
}
