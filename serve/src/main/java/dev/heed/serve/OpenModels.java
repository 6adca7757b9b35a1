package dev.heed.serve;

import dev.heed.model.EmbeddedModel;
import dev.heed.model.LanguageModel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// The models that are open, by the names that users gave; the one that was not asked for the
/// longest is closed when there are too many. For the thread that computes alone.
final class OpenModels implements AutoCloseable {
  private final int limit;
  private final Map<String, LanguageModel> models = new LinkedHashMap<>(16, 0.75f, true);

  OpenModels(int limit) {
    this.limit = limit;
  }

  /// The model of a name: a path, or `embedded` where no file is called so.
  LanguageModel get(String name) {
    LanguageModel open = models.get(name);
    if (open == null) {
      open = open(name);
      models.put(name, open);
      closeOldest();
    }
    return open;
  }

  private static LanguageModel open(String name) {
    try {
      Path path = Path.of(name);
      return name.equals(EmbeddedModel.NAME) && !Files.exists(path)
          ? LanguageModel.embedded()
          : LanguageModel.open(path);
    } catch (InvalidPathException e) {
      throw new RefusedException(400, "studio: '%s' is not the path of a model".formatted(name));
    }
  }

  private void closeOldest() {
    Iterator<LanguageModel> oldest = models.values().iterator();
    while (models.size() > limit) {
      LanguageModel closing = oldest.next();
      oldest.remove();
      closing.close();
    }
  }

  @Override
  public void close() {
    models.values().forEach(LanguageModel::close);
    models.clear();
  }
}
