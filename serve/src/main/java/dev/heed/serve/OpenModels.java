package dev.heed.serve;

import dev.heed.model.EmbeddedModel;
import dev.heed.model.LanguageModel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/// The models that are open, by the names that users gave; the one that was not asked for the
/// longest is closed when there are too many, and one whose files have changed is opened anew. For
/// the thread that computes alone.
final class OpenModels implements AutoCloseable {
  private final int limit;
  private final Consumer<LanguageModel> closing;
  private final Map<String, Open> models = new LinkedHashMap<>(16, 0.75f, true);

  /// @param files as they were when it was opened
  private record Open(LanguageModel model, ModelFiles files) {}

  /// @param closing is told of a model before it is closed
  OpenModels(int limit, Consumer<LanguageModel> closing) {
    this.limit = limit;
    this.closing = closing;
  }

  /// The model of a name: a path, or `embedded` where no file is called so.
  LanguageModel get(String name) {
    Open open = models.get(name);
    if (open != null && open.files.haveChanged()) {
      models.remove(name);
      close(open);
      open = null;
    }
    if (open == null) {
      // what the files were before, so that a change meanwhile is seen later
      ModelFiles files = ModelFiles.of(name);
      open = new Open(open(name), files);
      models.put(name, open);
      closeOldest();
    }
    return open.model;
  }

  private void close(Open open) {
    closing.accept(open.model);
    open.model.close();
  }

  private static LanguageModel open(String name) {
    try {
      Path path = Path.of(name);
      return name.equals(EmbeddedModel.NAME) && !Files.exists(path)
          ? LanguageModel.embedded()
          : LanguageModel.openTextOrIds(path);
    } catch (InvalidPathException e) {
      throw new RefusedException(400, "studio: '%s' is not the path of a model".formatted(name));
    }
  }

  private void closeOldest() {
    Iterator<Open> oldest = models.values().iterator();
    while (models.size() > limit) {
      Open least = oldest.next();
      oldest.remove();
      close(least);
    }
  }

  @Override
  public void close() {
    models.values().forEach(this::close);
    models.clear();
  }
}
